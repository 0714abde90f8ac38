import type { Message, MessageBatch } from '../../machines/message.ts';
import { exactPrint, numberOf, samplePrint } from './fingerprint.ts';

/** How many of the last messages are remembered, to recognize a replay. */
export const mostMessages = 256;

/** The trace of a message that brought its ID itself: numbers for the ID, and for the rest of the message. */
export interface Trace {
  readonly id: number;
  readonly sample: number;
  /** Only of the last message before a pause, and so of the last one of all. */
  readonly exact: number | undefined;
}

/**
 * The memory of the messages that a connection has delivered, to recognize them if they come again. For each message
 * that brought its ID itself, it keeps the ID and a fingerprint, in order.
 *
 * This is on the hot path. So the fingerprints of a batch are taken only when the next batch comes, and not at all
 * when that one has enough messages to fill the memory. Until then the batch itself is kept, but no longer than
 * {@link ReplayMemory.forgetText} allows.
 */
export class ReplayMemory {
  /** The ID after which the next request resumes. */
  lastEventId = '';
  /** How many messages were dropped as replays. */
  dropped = 0;
  #traces: Trace[] = [];
  /** The IDs that came without a message, as numbers. */
  #checkpoints: number[] = [];
  #latest: MessageBatch | undefined;
  /** The ID that was in force before the latest batch. */
  #before = '';
  /** How many messages have come since another request was sent; undefined when none was. */
  #sinceRequest: number | undefined;

  /** Remembers a batch that is delivered. */
  remember(batch: MessageBatch): void {
    const { messages, ownIds, lastEventId } = batch;
    if (lastEventId !== (messages.at(-1)?.id ?? this.lastEventId)) {
      keep(this.#checkpoints, [numberOf(lastEventId)]);
    }
    if (messages.length > 0 && ownIds !== false) {
      if (ownIds === true && messages.length >= mostMessages) this.#traces = [];
      else this.#takePrints(false);
      this.#latest = batch;
      this.#before = this.lastEventId;
    }
    this.lastEventId = lastEventId;
  }

  /** Whether an ID is among those that are remembered. */
  hasSeen(id: string): boolean {
    const number = numberOf(id);
    return (
      id === this.lastEventId ||
      this.#latest?.messages.some((message) => message.id === id) === true ||
      this.#checkpoints.includes(number) ||
      this.#traces.some((trace) => trace.id === number)
    );
  }

  /**
   * The traces of the messages that the next stream may repeat. None when two have the same ID, because then IDs
   * identify nothing.
   */
  recall(): readonly Trace[] {
    this.forgetText();
    const traces = this.#traces.slice(-mostMessages);
    return new Set(traces.map(({ id }) => id)).size === traces.length ? traces : [];
  }

  /** Replaces the text of the latest batch by fingerprints. */
  forgetText(): void {
    this.#takePrints(true);
  }

  /** The next request resumes after this ID: messages that came after it never reached the app, and are forgotten. */
  rewind(id: string): void {
    if (id === this.lastEventId) return;
    this.forgetText();
    const number = numberOf(id);
    if (!this.#checkpoints.includes(number)) {
      this.#traces.length = this.#traces.findLastIndex((trace) => trace.id === number) + 1;
    }
    this.lastEventId = id;
  }

  /** Another request is sent, while the stream that is open goes on. */
  startRequest(): void {
    this.#sinceRequest = 0;
  }

  /** The other request has failed, or its stream is accepted. */
  endRequest(): void {
    this.#sinceRequest = undefined;
  }

  /** Whether all messages since the other request, these included, would be recognized if they came again. */
  hasRoomFor({ messages }: MessageBatch): boolean {
    if (this.#sinceRequest === undefined) return true;
    this.#sinceRequest += messages.length;
    return this.#sinceRequest <= mostMessages;
  }

  #takePrints(isPause: boolean): void {
    if (!this.#latest) return;
    const { messages, ownIds } = this.#latest;
    const own = ownMessages(messages, ownIds, this.#before).slice(-mostMessages);
    const traces = own.map((message, index) => ({
      id: numberOf(message.id),
      sample: samplePrint(message),
      exact: isPause && index === own.length - 1 ? exactPrint(message) : undefined,
    }));
    keep(this.#traces, traces);
    this.#latest = undefined;
  }
}

/** Finds the trace that a message has left; -1 when there is none. */
export function indexOfTrace(traces: readonly Trace[], message: Message): number {
  const id = numberOf(message.id);
  return traces.findIndex((trace) => trace.id === id && isAlike(message, trace));
}

function isAlike(message: Message, { sample, exact }: Trace): boolean {
  return exact === undefined ? samplePrint(message) === sample : exactPrint(message) === exact;
}

/** Whether a message brought its ID itself. Otherwise it has that of a message before it. */
export function isOwnId(
  ownIds: MessageBatch['ownIds'],
  messages: readonly Message[],
  index: number,
  before: string,
): boolean {
  if (typeof ownIds === 'boolean') return ownIds;
  return ownIds?.[index] ?? messages[index]?.id !== (messages[index - 1]?.id ?? before);
}

function ownMessages(
  messages: readonly Message[],
  ownIds: MessageBatch['ownIds'],
  before: string,
): readonly Message[] {
  return ownIds === true ? messages : messages.filter((_, index) => isOwnId(ownIds, messages, index, before));
}

/** Adds items and keeps the last ones. The list is cut only now and then, which is cheap. */
function keep<Item>(list: Item[], more: readonly Item[]): void {
  list.push(...more);
  if (list.length > 2 * mostMessages) list.splice(0, list.length - mostMessages);
}
