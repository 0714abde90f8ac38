import { createParser } from 'eventsource-parser';
import { type ConnectionError, exceeded } from '../machines/connection-error.ts';
import type { MessageBatch } from '../machines/message.ts';
import { isSendable } from './event-id.ts';
import { asConnectionError } from './network-error.ts';
import type { TextMessage, TransportRequest } from './transport.ts';

interface EventStreamOptions {
  readonly request: TransportRequest;
  readonly signal: AbortSignal;
  /** The names of the events to deliver; all of them when it is left out. */
  readonly events: readonly string[] | undefined;
  /** The size of the largest event to accept, in characters. */
  readonly maxEventSize: number;
  /** The longest ID and event name to accept, in characters. */
  readonly maxFieldSize: number;
}

/**
 * Reads an event stream: one batch for each chunk, whatever the number of its messages. This is the hot path.
 *
 * @throws ConnectionError `network` when the stream breaks, `too-large` when an event is larger than allowed.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function readEventStream(
  body: ReadableStream<Uint8Array>,
  { request, signal, events, maxEventSize, maxFieldSize }: EventStreamOptions,
): AsyncGenerator<MessageBatch, void> {
  const reader = body.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  // A `fetch` of the app may not heed the signal, and may answer after it.
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();

  const { isReplay } = request;
  const wanted = events && new Set(events);
  // The byte order mark is the parser's: the decoder of Node takes a second one when a chunk ends within the first.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let messages: TextMessage[] = [];
  let lastEventId = ''; // in force until the stream gives another
  let delivered = ''; // the ID in force when something was last delivered
  let retry: number | undefined;
  let keepAlive = false;
  let overflow: ConnectionError | undefined;

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
      const message = { event, data, id: lastEventId };
      const isWanted = !wanted || wanted.has(event);
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
  return batches();

  /** Ends a pending line by itself: a message is a slice, and would keep a long line before it from being freed. */
  function feed(text: string): void {
    const rest = text.search(/[\r\n]/) + 1;
    parser.feed(text.slice(0, rest));
    if (!overflow) parser.feed(text.slice(rest));
  }

  async function* batches(): AsyncGenerator<MessageBatch, void> {
    delivered = lastEventId = request.lastEventId; // not before: until now another stream may have been read
    try {
      while (true) {
        const { done, value } = await reader.read().catch((cause) => {
          throw asConnectionError(cause, 'The stream broke');
        });
        const text = done ? decoder.decode() : decoder.decode(value, { stream: true });
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
      cancel();
    }
  }
}
