/** An answer of a model, as far as it has come. */
export interface Answer {
  readonly text: string;
  /** `stopped`: it ended early, because somebody wanted that or a limit was reached. `failed`: `error` says why. */
  readonly status: 'writing' | 'done' | 'stopped' | 'failed';
  readonly error?: string;
}

/** Nothing has come yet. */
export const noAnswer: Answer = { text: '', status: 'writing' };
