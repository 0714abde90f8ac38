import { createParser } from 'eventsource-parser';
import { type ConnectionError, exceeded } from '../machines/connection-error.ts';
import type { MessageBatch } from '../machines/message.ts';
import { isSendable } from './event-id.ts';
import { asConnectionError } from './network-error.ts';
import type { TextMessage, TransportRequest } from './transport.ts';

export interface InterpretOptions {
  readonly request: TransportRequest;
  /** The names of the events to deliver; all of them when it is left out. */
  readonly events: readonly string[] | undefined;
  /** The size of the largest event to accept, in characters. */
  readonly maxEventSize: number;
  /** The longest ID and event name to accept, in characters. */
  readonly maxFieldSize: number;
}

/** The next text of a stream, in which the last may still have some. */
export interface Reading {
  readonly text: string;
  readonly done: boolean;
}

/**
 * Makes batches of the text of an event stream: one for each chunk, whatever the number of its messages. This is
 * the hot path.
 *
 * @param release Called when the stream is over, or is given up.
 * @throws ConnectionError `network` when `read` rejects, `too-large` when an event is larger than allowed.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export async function* interpret(
  read: () => Promise<Reading>,
  release: () => void,
  { request, events, maxEventSize, maxFieldSize }: InterpretOptions,
): AsyncGenerator<MessageBatch, void> {
  const { isReplay } = request;
  const wanted = events && new Set(events);
  let messages: TextMessage[] = [];
  // Not read before: until now there may have been another stream.
  let { lastEventId } = request; // in force until the stream gives another
  let delivered = lastEventId; // the ID in force when something was last delivered
  let retry: number | undefined;
  let keepAlive = false;
  let overflow: ConnectionError | undefined;
  let name = 'message'; // of the last event: most are of the same, and one string for all is cheaper to look up

  const parser = createParser({
    maxBufferSize: maxEventSize + 'data: '.length, // which the parser counts while a line is incomplete
    // Called when a block is dispatched, before `onEvent`, also for a block that has nothing but an ID.
    onId(id) {
      if (id.length > maxFieldSize) overflow ??= exceeded('too-large', 'maxFieldSize', maxFieldSize);
      else if (!overflow && isSendable(id)) lastEventId = id;
    },
    onEvent({ id, event = 'message', data }) {
      if (event.length > maxFieldSize) overflow ??= exceeded('too-large', 'maxFieldSize', maxFieldSize);
      if (data.length > maxEventSize) overflow ??= exceeded('too-large', 'maxEventSize', maxEventSize);
      if (event !== name) name = event;
      const message = { event: name, data, id: lastEventId };
      const isWanted = !wanted || wanted.has(name);
      // Not delivered, so not received.
      if (id !== undefined && (overflow || (isWanted && isReplay?.(message)))) lastEventId = delivered;
      else if (isWanted && !overflow) {
        messages.push(message);
        delivered = lastEventId;
      }
    },
    onComment() {
      keepAlive = true;
    },
    onRetry(milliseconds) {
      retry = milliseconds;
    },
    onError({ type }) {
      // The rest are lines that the standard ignores.
      if (type === 'max-buffer-size-exceeded')
        overflow ??= exceeded('too-large', 'maxEventSize', maxEventSize);
    },
  });
  /** Ends a pending line by itself: a message is a slice, and would keep a long line before it from being freed. */
  function feed(text: string): void {
    const rest = text.indexOf('\n') + 1 || text.indexOf('\r') + 1; // a regular expression would be far slower
    parser.feed(text.slice(0, rest));
    if (!overflow) parser.feed(text.slice(rest));
  }

  try {
    while (true) {
      const { done, text } = await read().catch((cause) => {
        throw asConnectionError(cause, 'The stream broke');
      });
      feed(text);
      if (!done || messages.length > 0) {
        const resumeAfter = request.isReplaying ? delivered : lastEventId;
        yield { messages, lastEventId: resumeAfter, retry, keepAlive, characters: text.length };
      }
      if (overflow) throw overflow;
      if (done) return;
      messages = [];
      retry = undefined;
      keepAlive = false;
    }
  } finally {
    release();
  }
}
