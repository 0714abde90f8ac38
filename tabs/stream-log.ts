import type { MessageBatch } from '../machines/message.ts';

/** How far a stream was delivered, in terms that every tab understands. */
export interface Position {
  /** The last event ID; empty when there was none. */
  readonly id: string;
  /** How many messages without an ID of their own came after it. */
  readonly beyond: number;
}

/** The part of the log that came from one request of a leader. */
export interface Stretch {
  /** The ID that it resumes after; empty for none. */
  readonly after: string;
  /** The number of its first piece. */
  readonly first: number;
  /** The ID after which the server says that it resumes, if it is not the one that was asked for. */
  readonly resumedAfter?: string | undefined;
}

/** The content of the log, as one tab sends it to another. */
export interface LogContent {
  readonly stretch: Stretch;
  /** One message each, or an ID that came by itself. */
  readonly pieces: readonly MessageBatch[];
  /** The number of the first piece. */
  readonly first: number;
  /** The number of the piece that comes next. */
  readonly next: number;
  /** The position before the first piece. */
  readonly start: Position;
  /** The position after the last piece. */
  readonly end: Position;
  /** The length of all data, in characters. */
  readonly size: number;
}

/** The limits of the log: messages, and characters of their data. */
const mostPieces = 1_000;
const mostText = 2 ** 18;

/**
 * The last messages of a shared stream, each with its number. The leader writes the log. The other tabs keep a copy,
 * so that each can go on where another has ended.
 */
export type StreamLog = ReturnType<typeof createStreamLog>;

export function createStreamLog() {
  let stretch: Stretch = { after: '', first: 0 };
  let pieces: MessageBatch[] = [];
  let first = 0;
  let start: Position = { id: '', beyond: 0 };
  let end = start;
  let size = 0;

  /** The index of the first piece after a position; negative when the position is unknown. */
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
    /** Takes over the log of another tab. */
    copy(content: LogContent): void {
      ({ stretch, first, start, end, size } = content);
      pieces = [...content.pieces];
    },
    /** Begins another stretch. Pieces after the ID that it resumes after are removed, because they will come again. */
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
    /** The pieces after a position that has an ID; undefined when the position is unknown. */
    after(position: Position): readonly MessageBatch[] | undefined {
      const index = indexAfter(position);
      return index < 0 ? undefined : pieces.slice(index);
    },
  };
}

/** The position after a batch. */
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
