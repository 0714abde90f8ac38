import type { MessageBatch } from '../machines/message.ts';

/** How far a stream was delivered, in a way that another tab understands. */
export interface Position {
  /** The last event ID; empty when there was none. */
  readonly id: string;
  /** How many messages came since, without an ID of their own. */
  readonly beyond: number;
}

/** A stretch of the stream that a leader has opened. */
export interface Stretch {
  /** The ID that it resumes after; empty for none. */
  readonly after: string;
  /** The number of its first piece. */
  readonly first: number;
  /** The word of the server, where it resumes after another event than it was asked to. */
  readonly resumedAfter?: string | undefined;
}

/** All that is remembered of a stream, as one tab tells it to another. */
export interface LogContent {
  readonly stretch: Stretch;
  /** One message each, or an ID that came by itself. */
  readonly pieces: readonly MessageBatch[];
  /** The number of the first piece. */
  readonly first: number;
  /** The number of the piece that comes next. */
  readonly next: number;
  /** Where the first piece goes on. */
  readonly start: Position;
  /** Where the last piece ends. */
  readonly end: Position;
  /** The characters of the data. */
  readonly size: number;
}

/** Most of what is remembered: messages, and characters of their data. */
const mostPieces = 1_000;
const mostText = 2 ** 18;

/**
 * The last messages of a stream that tabs share, each with its number. The leader writes it; the others keep a copy, so
 * that each can go on where another has ended.
 */
export type StreamLog = ReturnType<typeof createStreamLog>;

export function createStreamLog() {
  let stretch: Stretch = { after: '', first: 0 };
  let pieces: MessageBatch[] = [];
  let first = 0;
  let start: Position = { id: '', beyond: 0 };
  let end = start;
  let size = 0;

  /** The index of the first piece after a position; negative where that is unknown. */
  function indexAfter({ id, beyond }: Position): number {
    if (id === '') return -1;
    const index = pieces.findLastIndex(({ ownIds, lastEventId }) => ownIds && lastEventId === id);
    if (index < 0 && id === start.id) return beyond - start.beyond;
    return index < 0 ? index : index + 1 + beyond;
  }

  return {
    get content(): LogContent {
      return { stretch, pieces, first, start, end, size, next: first + pieces.length };
    },
    append(batch: MessageBatch): void {
      for (const piece of piecesOf(batch, end.id)) {
        pieces.push(piece);
        end = step(end, piece);
        size += sizeOf(piece);
      }
      while (pieces.length > mostPieces || (size > mostText && pieces.length > 1)) {
        const piece = pieces.shift() as MessageBatch;
        start = step(start, piece);
        size -= sizeOf(piece);
        first += 1;
      }
    },
    /** Takes over what another tab remembers. */
    copy(content: LogContent): void {
      ({ stretch, first, start, end, size } = content);
      pieces = [...content.pieces];
    },
    /** Begins another stretch. What was remembered beyond the ID that it resumes after will come again. */
    begin(id: string, resumedAfter: string | undefined): void {
      end = { id, beyond: 0 };
      const index = indexAfter(end);
      if (index < 0) {
        first += pieces.length;
        start = end;
      }
      for (const piece of pieces.splice(Math.max(0, index))) size -= sizeOf(piece);
      stretch = { after: id, first: first + pieces.length, resumedAfter };
    },
    /** The messages after a position that has an ID; undefined where that is unknown. */
    after(position: Position): readonly MessageBatch[] | undefined {
      const index = indexAfter(position);
      return index < 0 ? undefined : pieces.slice(index);
    },
  };
}

/** Where a stream stands after a batch. */
export function positionAfter(batch: MessageBatch, before: Position): Position {
  return piecesOf(batch, before.id).reduce(step, before);
}

function step({ id, beyond }: Position, { ownIds, lastEventId }: MessageBatch): Position {
  return ownIds ? { id: lastEventId, beyond: 0 } : { id, beyond: beyond + 1 };
}

/** The messages of a batch one by one, and an ID that comes by itself after them. */
function piecesOf({ messages, ownIds, lastEventId }: MessageBatch, before: string): MessageBatch[] {
  let known = before;
  const pieces = messages.map((message, index): MessageBatch => {
    const isNew = message.id !== known;
    known = message.id;
    return {
      messages: [message],
      ownIds: typeof ownIds === 'object' ? ownIds[index] : (ownIds ?? isNew),
      lastEventId: known,
    };
  });
  if (lastEventId !== known) pieces.push({ messages: [], ownIds: true, lastEventId });
  return pieces;
}

function sizeOf({ messages: [message] }: MessageBatch): number {
  return String(message?.data).length;
}
