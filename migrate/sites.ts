import type { Edit } from './edits.ts';

/** The context of a use that is rewritten: its file. */
export interface Site {
  /** Whether the file is TypeScript. */
  readonly isTyped: boolean;
  /** Returns a name that is unused in the file. */
  readonly nameFor: (wanted: string) => string;
}

/** The changes for one use. */
export interface Rewritten {
  readonly edits: readonly Edit[];
  /** Sentences about behaviour that differs from before. */
  readonly notes: readonly string[];
  /** Names to import from `sse-machine`. */
  readonly imports: readonly string[];
  /** A statement to insert below the imports. */
  readonly declares?: string;
}

/** A report about one use. */
export interface Remark {
  /** The line, counted from 1. */
  readonly line: number;
  /** `rewritten`, with notes on changes; `replaced` by the class of this package; or `left` to the person. */
  readonly kind: 'rewritten' | 'replaced' | 'left';
  readonly words: string;
}
