import type { Row } from './rows.ts';

/** Of which an app wants to hear, and how the connection is asked for. */
export interface Setup {
  readonly url: string;
  /** The row of the table that is tried. */
  readonly row: Row;
  /** Whether the client is set up with the option that this row may need, or as its documentation begins. */
  readonly withOption: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** Asks for a POST. */
  readonly body?: string;
}

/** The app around a client. */
export interface App {
  heard(event: string, data: string): void;
  /** The client told the app of a failure, with whatever it gave. */
  failed(...told: unknown[]): void;
}

/** Opens a stream and leaves it open. Each client is a module with this function. */
export type Open = (setup: Setup, app: App) => void;
