import type { Parameter } from './parameter.ts';

/** The description of a fault that the page gets. */
export interface FaultDescription {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  /** Says what happens, and what a good client does about it. */
  readonly explanation: string;
  /** A parameter `seconds` says how long the fault lasts; a fault without it happens once. */
  readonly parameters: readonly Parameter[];
}

/** The state of the console. */
export interface FaultConsoleState {
  readonly faults: readonly FaultDescription[];
  /** The fault in force, or the last one that happened once. */
  readonly current: {
    readonly id: string;
    readonly title: string;
    /** Whether the fault is in force; one that happens once never is. */
    readonly inForce: boolean;
    /** When it ends, in milliseconds on the clock of this server; null when it stays until it is lifted. */
    readonly endsAt: number | null;
  } | null;
  /** The clock of this server, in milliseconds, to compare `endsAt` with. */
  readonly now: number;
  readonly listening: number;
  /** How many requests each client has sent since the last fault began. */
  readonly requests: Readonly<Record<string, number>>;
}

/** The message to the console: a fault with its parameters, or null to lift the one in force. */
export type FaultRequest = { readonly id: string | null } & {
  readonly [parameter: string]: string | number | null;
};
