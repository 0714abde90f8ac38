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

/** A line that is longer than this, in characters, is not joined with the rest of the chunk that it ends in. */
const longLine = 2 ** 16;

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
  const wanted = events && new Set(events);
  let messages: TextMessage[] = [];
  let characters = 0; // of their data
  // Not read before: until now there may have been another stream.
  let { lastEventId } = request; // in force until the stream gives another
  let delivered = lastEventId; // the ID in force when something was last delivered
  let isReplay: TransportRequest['isReplay']; // only while there may be replays
  let retry: number | undefined;
  let keepAlive = false;
  let overflow: ConnectionError | undefined;
  // Of the last event: most are of the same, and one string for all is cheaper to look up.
  let name = 'message';
  let isWanted = !wanted || wanted.has(name);
  /** How much text the line has so far that is not over yet, in characters. */
  let pending = 0;

  const parser = createParser({
    maxBufferSize: maxEventSize + 'data: '.length, // which the parser counts while a line is incomplete
    // Called when a block is dispatched, before `onEvent`, also for a block that has nothing but an ID.
    onId(id) {
      if (id.length > maxFieldSize) overflow ??= exceeded('too-large', 'maxFieldSize', maxFieldSize);
      else if (!overflow && isSendable(id)) lastEventId = id;
    },
    onEvent({ id, event = 'message', data }) {
      if (event !== name) {
        if (event.length > maxFieldSize) overflow ??= exceeded('too-large', 'maxFieldSize', maxFieldSize);
        name = event;
        isWanted = !wanted || wanted.has(name);
      }
      if (data.length > maxEventSize) overflow ??= exceeded('too-large', 'maxEventSize', maxEventSize);
      const message = { event: name, data, id: lastEventId };
      // Not delivered, so not received.
      if (id !== undefined && (overflow || (isWanted && isReplay?.(message)))) lastEventId = delivered;
      else if (isWanted && !overflow) {
        messages.push(message);
        characters += data.length;
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
  /** Ends a long line by itself: a message is a slice of the text, and would keep the line from being freed. */
  function feed(text: string): void {
    const rest = pending > longLine ? text.indexOf('\n') + 1 || text.indexOf('\r') + 1 : 0;
    parser.feed(text.slice(0, rest));
    if (!overflow) parser.feed(text.slice(rest));
    const end = text.lastIndexOf('\n') + 1;
    pending = text.length - end + (end > 0 ? 0 : pending);
  }

  try {
    while (true) {
      const { done, text } = await read().catch((cause) => {
        throw asConnectionError(cause, 'The stream broke');
      });
      isReplay = request.isReplaying === false ? undefined : request.isReplay;
      feed(text);
      if (!done || messages.length > 0) {
        const resumeAfter = request.isReplaying ? delivered : lastEventId;
        characters = Math.max(characters, text.length); // a message is a slice of the text, or made of more than that
        yield { messages, lastEventId: resumeAfter, retry, keepAlive, characters };
      }
      if (overflow) throw overflow;
      if (done) return;
      messages = [];
      characters = 0;
      retry = undefined;
      keepAlive = false;
    }
  } finally {
    release();
  }
}
