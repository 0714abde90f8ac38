import type { MessageBatch } from '../machines/message.ts';
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

/**
 * The last batches of a stream that tabs share, each with its number. The leader writes it; the others keep a copy, so
 * that each can go on where another has ended.
 */
export type StreamLog = ReturnType<typeof createStreamLog>;

export function createStreamLog() {
  let stretch: Stretch = { after: '', first: 0 };
  let first = 0;
  let batches: MessageBatch[] = [];
  let lastEventId = '';
  let messageCount = 0;
  let textLength = 0;

  function weigh({ messages }: MessageBatch, sign: 1 | -1): void {
    messageCount += sign * messages.length;
    for (const { data } of messages) textLength += sign * String(data).length;
  }

  function append(batch: MessageBatch): void {
    batches.push(batch);
    weigh(batch, 1);
    ({ lastEventId } = batch);
    while (batches.length > 1 && (messageCount > mostMessages || textLength > mostText)) {
      weigh(batches.shift() as MessageBatch, -1);
      first += 1;
    }
  }

  /** Takes over what another tab remembers. */
  function copy(given: Stretch, from: number, known: readonly MessageBatch[]): void {
    [stretch, first, batches, lastEventId] = [given, from, [], given.after];
    messageCount = 0;
    textLength = 0;
    known.forEach(append);
  }

  /** The messages of a place on; undefined where nothing with that ID is remembered. */
  function restAfter({ id, beyond }: Position): { index: number; offset: number } | undefined {
    if (id === '') return undefined;
    for (let index = batches.length - 1; index >= 0; index -= 1) {
      let offset = endOf(batches[index] as MessageBatch, id);
      if (offset === undefined) continue;
      let at = index;
      for (offset += beyond; at + 1 < batches.length; at += 1) {
        const { length } = (batches[at] as MessageBatch).messages;
        if (offset <= length) break;
        offset -= length;
      }
      return { index: at, offset };
    }
    return undefined;
  }

  return {
    /** Its present content: the stretch that is read, the batches with the number of the first, the last event ID of all. */
    get known() {
      return { stretch, first, batches, next: first + batches.length, lastEventId };
    },
    append,
    copy,
    /** Begins another stretch. What was remembered beyond the ID that it resumes after will come again. */
    begin(after: string, resumedAfter: string | undefined): void {
      const place = restAfter({ id: after, beyond: 0 });
      const isAtEnd = !place && after !== '' && after === lastEventId;
      const kept = place || isAtEnd ? batches.slice(0, place?.index) : [];
      const cut = place && batches[place.index];
      if (place && cut && place.offset > 0) kept.push({ ...slice(cut, 0, place.offset), lastEventId: after });
      const from = place || isAtEnd ? first : first + batches.length;
      copy({ after, first: from + kept.length, resumedAfter }, from, kept);
      lastEventId = after;
    },
    /** The messages after a position that has an ID; undefined where that is unknown. */
    after(position: Position): readonly MessageBatch[] | undefined {
      const place = restAfter(position);
      if (!place) {
        const isBeginning = position.id === stretch.after && position.beyond === 0;
        return isBeginning ? batches.slice(stretch.first - first) : undefined;
      }
      const begun = batches[place.index] as MessageBatch;
      const rest = batches.slice(place.index + 1);
      return begun.messages.length > place.offset ? [slice(begun, place.offset), ...rest] : rest;
    },
  };
}

/** Where a stream stands after a batch. */
export function positionAfter(batch: MessageBatch, before: Position): Position {
  const { messages, lastEventId: id } = batch;
  const end = endOf(batch, id);
  if (end !== undefined) return { id, beyond: messages.length - end };
  return { id, beyond: id === before.id ? before.beyond + messages.length : 0 };
}

/** How many messages of a batch come up to the last that brought an ID, or the ID alone; undefined where none did. */
function endOf({ messages, ownIds, lastEventId }: MessageBatch, id: string): number | undefined {
  if (lastEventId === id && messages.at(-1)?.id !== id) return messages.length;
  const index = messages.findLastIndex(
    (message, at) =>
      message.id === id &&
      (typeof ownIds === 'object' ? ownIds[at] : (ownIds ?? message.id !== messages[at - 1]?.id)),
  );
  return index < 0 ? undefined : index + 1;
}

function slice(batch: MessageBatch, from: number, to?: number): MessageBatch {
  const { messages, ownIds } = batch;
  return {
    ...batch,
    messages: messages.slice(from, to),
    ...(typeof ownIds === 'object' && { ownIds: ownIds.slice(from, to) }),
  };
}
