import type { Failure } from '../machines/connection-error.ts';
import type { MessageBatch } from '../machines/message.ts';

/** The version of these words. It is a part of every name, so that two releases of an app never meet. */
export const version = 1;

/** A stretch of the stream that a leader has opened. */
export interface Stretch {
  /** The ID that it resumes after; empty for none. */
  readonly after: string;
  /** The number of its first batch. */
  readonly first: number;
  /** The word of the server, where it resumes after another event than it was asked to. */
  readonly resumedAfter?: string | undefined;
}

/** The words that tabs say to one another. */
export type Word =
  /** A tab says that it is there. One that asks wants to hear who leads, and what it has missed. */
  | { readonly type: 'here'; readonly isVisible: boolean; readonly asks: boolean }
  | { readonly type: 'left' }
  /** Whoever leads is to say so. */
  | { readonly type: 'ping' }
  /** The tab leads, since then; it may want to hear who is there. */
  | { readonly type: 'lead'; readonly since: number; readonly asks: boolean }
  /** Its stream is open; and the last batches, for those who have missed some. */
  | {
      readonly type: 'opened';
      readonly since: number;
      readonly stretch: Stretch;
      /** The number of the first of the batches. */
      readonly first: number;
      readonly batches: readonly MessageBatch[];
    }
  | { readonly type: 'batch'; readonly number: number; readonly batch: MessageBatch }
  /** The server shows that it is there. */
  | { readonly type: 'alive' }
  /** The server wants no second stream: whoever led until now is to drop the first. */
  | { readonly type: 'release' }
  /** The stream is over, or the request was refused. */
  | { readonly type: 'down'; readonly error: Failure | null };

/** A word, and the tab that says it. */
export type Said = Word & { readonly from: string };
