import type { Message, MessageBatch } from '../machines/message.ts';
import type { Stretch } from './words.ts';

/** How far a stream was delivered, in a way that another tab understands. */
export interface Position {
  /** The last event ID; empty when there was none. */
  readonly id: string;
  /** How many messages came since, without an ID of their own. */
  readonly beyond: number;
}

/** Most of what is remembered: messages, and characters of their data. */
const mostMessages = 1_000;
const mostText = 2 ** 18;

/** A place between two messages. */
interface Place {
  /** The number of a batch. */
  readonly batch: number;
  /** How many of its messages come before. */
  readonly offset: number;
}

/**
 * The last batches of a stream that tabs share, each with its number. The leader writes it; the others keep a copy, so
 * that each can go on where another has ended.
 */
export class StreamLog {
  /** The number of the first batch that is remembered. */
  first = 0;
  stretch: Stretch = { after: '', first: 0 };
  /** The last event ID of all that came. */
  lastEventId = '';
  #batches: MessageBatch[] = [];
  #messages = 0;
  #text = 0;

  /** The number that the next batch gets. */
  get next(): number {
    return this.first + this.#batches.length;
  }

  get batches(): readonly MessageBatch[] {
    return this.#batches;
  }

  append(batch: MessageBatch): void {
    this.#batches.push(batch);
    this.#weigh(batch, 1);
    this.lastEventId = batch.lastEventId;
    while (this.#batches.length > 1 && (this.#messages > mostMessages || this.#text > mostText)) {
      this.#weigh(this.#batches.shift() as MessageBatch, -1);
      this.first += 1;
    }
  }

  /** Begins another stretch. What was remembered beyond the ID that it resumes after will come again. */
  begin(after: string, resumedAfter: string | undefined): void {
    const place = after === '' ? undefined : this.#placeOf({ id: after, beyond: 0 });
    const isKnown = place !== undefined || (after !== '' && after === this.lastEventId);
    const { first, next } = this;
    const kept = isKnown ? this.#batches.slice(0, place ? place.batch - first : undefined) : [];
    const last = place && this.#batches[place.batch - first];
    if (place && last && place.offset > 0) kept.push(upTo(last, place.offset, after));
    const from = isKnown ? first : next;
    this.copy({ after, first: from + kept.length, resumedAfter }, from, kept);
    this.lastEventId = after;
  }

  /** Takes over what another tab remembers. */
  copy(stretch: Stretch, first: number, batches: readonly MessageBatch[]): void {
    Object.assign(this, { stretch, first, lastEventId: batches.at(-1)?.lastEventId ?? stretch.after });
    this.#batches = [...batches];
    this.#messages = 0;
    this.#text = 0;
    for (const batch of batches) this.#weigh(batch, 1);
  }

  /** What comes after a position; undefined where that is unknown. */
  after(position: Position): MessageBatch[] | undefined {
    const { after, first } = this.stretch;
    if (position.id === after && position.beyond === 0 && this.#placeOf(position) === undefined) {
      return this.from(first);
    }
    const place = position.id === '' ? undefined : this.#placeOf(position);
    if (!place) return undefined;
    const [begun, ...rest] = this.from(place.batch);
    return begun && begun.messages.length > place.offset ? [from(begun, place.offset), ...rest] : rest;
  }

  /** The batches from a number on. */
  from(number: number): MessageBatch[] {
    return this.#batches.slice(Math.max(0, number - this.first));
  }

  #placeOf({ id, beyond }: Position): Place | undefined {
    for (let index = this.#batches.length - 1; index >= 0; index -= 1) {
      const batch = this.#batches[index] as MessageBatch;
      const isCheckpoint = batch.lastEventId === id && batch.messages.at(-1)?.id !== id;
      const offset = isCheckpoint ? batch.messages.length : offsetAfter(batch, id);
      if (offset !== undefined) return this.#forward({ batch: this.first + index, offset }, beyond);
    }
    return undefined;
  }

  /** Goes on by some messages. */
  #forward({ batch, offset }: Place, messages: number): Place {
    const { length = 0 } = this.#batches[batch - this.first]?.messages ?? {};
    const rest = offset + messages - length;
    return rest > 0 && batch + 1 < this.next
      ? this.#forward({ batch: batch + 1, offset: 0 }, rest)
      : { batch, offset: offset + messages };
  }

  #weigh({ messages }: MessageBatch, sign: 1 | -1): void {
    this.#messages += sign * messages.length;
    for (const { data } of messages) this.#text += sign * String(data).length;
  }
}

/** Where a stream stands after a batch. */
export function positionAfter(batch: MessageBatch, before: Position): Position {
  const { messages, lastEventId: id } = batch;
  if (messages.length > 0 && messages.at(-1)?.id !== id) return { id, beyond: 0 };
  const offset = offsetAfter(batch, id);
  if (offset !== undefined) return { id, beyond: messages.length - offset };
  return { id, beyond: id === before.id ? before.beyond + messages.length : 0 };
}

/** How many messages of a batch come up to the last that brought an ID; undefined where none did. */
function offsetAfter({ messages, ownIds }: MessageBatch, id: string): number | undefined {
  const isOwn = (message: Message, index: number) =>
    message.id === id &&
    (typeof ownIds === 'object' ? ownIds[index] : (ownIds ?? message.id !== messages[index - 1]?.id));
  const index = messages.findLastIndex(isOwn);
  return index < 0 ? undefined : index + 1;
}

function from(batch: MessageBatch, offset: number): MessageBatch {
  const { messages, ownIds } = batch;
  return {
    ...batch,
    messages: messages.slice(offset),
    ...(typeof ownIds === 'object' && { ownIds: ownIds.slice(offset) }),
  };
}

function upTo(batch: MessageBatch, offset: number, lastEventId: string): MessageBatch {
  const { messages, ownIds } = batch;
  return {
    ...batch,
    messages: messages.slice(0, offset),
    ...(typeof ownIds === 'object' && { ownIds: ownIds.slice(0, offset) }),
    lastEventId,
  };
}
