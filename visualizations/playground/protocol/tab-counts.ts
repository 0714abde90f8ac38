/** The server's counts of the tabs of a group: `GET /tabs?group=tabs-4f1c`. */
export interface TabCounts {
  /** How many requests for the stream it got. */
  readonly requests: number;
  /** How many of their streams are open. */
  readonly streams: number;
}
