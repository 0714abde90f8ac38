/** How fast the server goes, in milliseconds. */
export interface Pace {
  /** Between two events. */
  readonly every: number;
  /** Between two keep-alive comments. */
  readonly keepAlive: number;
  /**
   * The `retry:` field of the stream. The delays of clients start from it, so it is left out where the settings of
   * the page should be seen at work.
   */
  readonly retry?: number;
}

/** Slow enough to watch; a client that is silent for two keep-alives has lost its stream. */
export const defaultPace: Pace = { every: 250, keepAlive: 3_000 };
