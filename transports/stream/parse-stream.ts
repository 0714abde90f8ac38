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
  /** As in the options. Left out, events with the usual names count, also when they are not among `events`. */
  readonly keepAlive?: MessageMatcher | undefined;
  /** The largest event to accept, in characters. */
  readonly maxEventSize: number;
  /** The longest ID or event name to accept, in characters. */
  readonly maxFieldSize: number;
}

/** The next text of a stream. The last one, with `done`, may hold text too. */
export interface Reading {
  readonly text: string;
  readonly done: boolean;
}

/** A line that is longer than this, in characters, is not joined with the rest of the chunk that it ends in. */
const longLine = 2 ** 16;

/**
 * Parses the text of an event stream into batches: one for each chunk, however many messages it has. This is the hot
 * path.
 *
 * @param release Called when the stream has ended, or is given up.
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
  let ownIds: boolean | boolean[] | undefined; // a list only when the messages differ
  let retry: number | undefined;
  let keepAlive = false;
  let unasked: string[] | undefined;
  let overflow: ConnectionError | undefined;
  let before = lastEventId; // the ID in force before the present block
  // Kept from the last event, because most have the same name, and one string for all is cheaper to look up.
  let name = 'message';
  let isWanted = !wanted || wanted.has(name);
  /** An upper bound of the length of the unfinished line, in characters. */
  let pending = 0;

  const parser = createParser({
    maxBufferSize: maxEventSize + 'data: '.length, // the parser counts it while a line is incomplete
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
        if (id !== undefined) lastEventId = before; // not delivered, so its ID does not count
      } else if (isWanted) {
        const isOwn = id !== undefined && id === lastEventId; // false when no header can carry the ID
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
      // All other errors are lines that the standard ignores.
      if (type === 'max-buffer-size-exceeded')
        overflow ??= exceeded('too-large', 'maxEventSize', maxEventSize);
    },
  });
  /**
   * Feeds the end of a long line alone. Otherwise it is joined with the rest of the chunk, and each message of that,
   * as a slice of the joined text, keeps the long line in memory.
   */
  function feed(text: string): void {
    const rest = pending > longLine ? text.indexOf('\n') + 1 || text.indexOf('\r') + 1 : 0;
    if (rest > 0) parser.feed(text.slice(0, rest));
    if (!overflow) parser.feed(text.slice(rest));
    // It counts the lines before the last one too: to search for the last line break takes longer than to parse.
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
