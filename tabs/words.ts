import type { PlainConnectionError } from '../machines/connection-error.ts';
import type { MessageBatch } from '../machines/message.ts';
import type { ChannelCommand } from '../machines/tabs.ts';
import type { LogContent } from './stream-log.ts';

/** The version of these words. It is part of every name, so that two releases of an app never share. */
export const version = 1;

/** The words that tabs say to one another. */
export type Word =
  /** A word of the statechart. `leader.opened` has the content of the log, for tabs that have missed messages. */
  | (ChannelCommand & { readonly content?: LogContent })
  /** A batch of the stream, and the number of its first piece. */
  | { readonly type: 'batch'; readonly number: number; readonly batch: MessageBatch }
  /** The stream is over, or the request was refused. */
  | { readonly type: 'down'; readonly error: PlainConnectionError | null };

/** A word and the tab that says it; or that the user has signed out, from any tab. */
export type Said = (Word & { readonly from: string }) | { readonly type: 'scope.closed' };
