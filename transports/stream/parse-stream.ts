import { createParser } from 'eventsource-parser';
import { type ConnectionError, exceeded } from '../../machines/connection-error.ts';
import type { MessageBatch } from '../../machines/message.ts';
import { keepAliveName } from '../asked-for.ts';
import { isSendable } from '../event-id.ts';
import { asConnectionError } from '../network-error.ts';
import type { MessageMatcher, TextMessage } from '../transport.ts';

export interface ParseOptions {
  /** The last event ID in force until the stream gives another. */
  readonly lastEventId: string;
  /** The names of the events to deliver; all of them when it is left out. */
  readonly events: readonly string[] | undefined;
  /** Tells the events that show that the server is there. Left out, these are events by their usual names, also where nobody wants them. */
  readonly keepAlive?: MessageMatcher | undefined;
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
export async function* parseStream(
  read: () => Promise<Reading>,
  release: () => void,
  { lastEventId, events, keepAlive: signOfLife, maxEventSize, maxFieldSize }: ParseOptions,
): AsyncGenerator<MessageBatch, void> {
  const wanted = events && new Set(events);
  let messages: TextMessage[] = [];
  let ownIds: boolean | boolean[] | undefined; // a list only where not all of them are alike
  let retry: number | undefined;
  let keepAlive = false;
  let unasked: string[] | undefined;
  let overflow: ConnectionError | undefined;
  let before = lastEventId; // the ID in force before the block that is read
  // Of the last event: most are of the same, and one string for all is cheaper to look up.
  let name = 'message';
  let isWanted = !wanted || wanted.has(name);
  /** How much text the line has at most that is not over yet, in characters. */
  let pending = 0;

  const parser = createParser({
    maxBufferSize: maxEventSize + 'data: '.length, // which the parser counts while a line is incomplete
    // Called when a block is dispatched, before `onEvent`, also for a block that has nothing but an ID.
    onId(id) {
      before = lastEventId;
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
      if (overflow) {
        if (id !== undefined) lastEventId = before; // not delivered, so not received
      } else if (isWanted) {
        const isOwn = id !== undefined && id === lastEventId; // not one that no header can carry
        if (typeof ownIds === 'object') ownIds.push(isOwn);
        else if (ownIds === !isOwn) ownIds = [...messages.map(() => !isOwn), isOwn];
        else ownIds = isOwn;
        messages.push({ event: name, data, id: lastEventId });
      } else if (keepAliveName.test(name)) keepAlive ||= signOfLife === undefined;
      else {
        unasked ??= [];
        unasked.push(name);
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
    if (rest > 0) parser.feed(text.slice(0, rest));
    if (!overflow) parser.feed(text.slice(rest));
    // Too much by what comes before the last line: to look for its start from the end takes longer than to parse.
    pending = text.length + (text.includes('\n') ? 0 : pending);
  }

  try {
    while (true) {
      const { done, text } = await read().catch((cause) => {
        throw asConnectionError(cause, 'The stream broke');
      });
      feed(text);
      if (!done || messages.length > 0) {
        yield { messages, ownIds, lastEventId, retry, keepAlive, unasked };
      }
      if (overflow) throw overflow;
      if (done) return;
      messages = [];
      ownIds = undefined;
      retry = undefined;
      keepAlive = false;
      unasked = undefined;
    }
  } finally {
    release();
  }
}
