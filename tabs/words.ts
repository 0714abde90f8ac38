import type { PlainConnectionError } from '../machines/connection-error.ts';
import type { MessageBatch } from '../machines/message.ts';
import type { ChannelCommand } from '../machines/tabs.ts';
import type { LogContent } from './stream-log.ts';

/** The version of these words. It is a part of every name, so that two releases of an app never meet. */
export const version = 1;

/** The words that tabs say to one another. */
export type Word =
  /** Of the statechart; `leader.opened` with what is remembered of the stream, for those who have missed some. */
  | (ChannelCommand & { readonly content?: LogContent })
  /** A batch that the stream has brought, and the number of its first piece. */
  | { readonly type: 'batch'; readonly number: number; readonly batch: MessageBatch }
  /** The stream is over, or the request was refused. */
  | { readonly type: 'down'; readonly error: PlainConnectionError | null };

/** A word, and the tab that says it; or that the user has signed out, in whatever tab. */
export type Said = (Word & { readonly from: string }) | { readonly type: 'scope.closed' };
