/** How fast the server goes, in milliseconds. */
export interface Pace {
  /** Between two events. */
  readonly every: number;
  /** Between two keep-alive comments. */
  readonly keepAlive: number;
  /** What the stream asks clients to wait before they come back: its `retry:` field; undefined for nothing. */
  readonly retry: number | undefined;
}

/** Slow enough to watch; a client that is silent for two keep-alives has lost its stream. */
export const defaultPace: Pace = { every: 250, keepAlive: 3_000, retry: 500 };
