import type { Edit } from './edits.ts';

/** The file around a place that is rewritten. */
export interface Site {
  /** It is TypeScript. */
  readonly isTyped: boolean;
  /** A name that nothing else in the file has. */
  readonly nameFor: (wanted: string) => string;
}

/** The changes that one place asks for. */
export interface Rewritten {
  readonly edits: readonly Edit[];
  /** Tells what behaves otherwise than before. */
  readonly notes: readonly string[];
  /** Names to import from `sse-machine`. */
  readonly imports: readonly string[];
  /** A statement that has to stand below the imports. */
  readonly declares?: string;
}

/** A thing that is told of a place. */
export interface Remark {
  /** Counted from 1. */
  readonly line: number;
  /** `rewritten`, with what changes; `replaced` by the class of this package; or `left` to the person. */
  readonly kind: 'rewritten' | 'replaced' | 'left';
  readonly words: string;
}
