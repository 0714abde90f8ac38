export interface BrowserBenchOptions {
  readonly rounds: number;
  /** A fifth of the messages, a second of each load: for a look, not for a table to keep. */
  readonly quick: boolean;
}
