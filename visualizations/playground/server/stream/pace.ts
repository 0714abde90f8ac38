/** How fast the server goes, in milliseconds. */
export interface Pace {
  /** Between two events. */
  readonly every: number;
  /** Between two keep-alive comments. */
  readonly keepAlive: number;
  /**
   * The time that the stream asks clients to wait before they come back: its `retry:` field. Their delays start from
   * there, so that it is left out where the settings of the page are to be seen at work.
   */
  readonly retry?: number;
}

/** Slow enough to watch; a client that is silent for two keep-alives has lost its stream. */
export const defaultPace: Pace = { every: 250, keepAlive: 3_000 };
