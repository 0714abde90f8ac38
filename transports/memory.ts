import type { Message } from '../machines/message.ts';
import type { TransportRequest } from './transport.ts';

/** How many of the last messages are held against a replay. */
const mostMessages = 256;

/** How much text of the last messages is held against a replay, in characters. */
const mostCharacters = 2 ** 20;

/** What a connection remembers of its streams, from one to the next. */
export interface StreamMemory {
  /** The ID to resume after. */
  readonly lastEventId: string;
  /** How far apart the last keep-alives of the server were, in milliseconds; the latest first. */
  keepAliveGaps: readonly number[];
  /** A new attempt resumes after this ID: what came after it never reached the app. */
  rewind(lastEventId: string): void;
  remember(messages: readonly Message[], lastEventId: string): void;
  /** What to ask a transport for. */
  request(): TransportRequest;
}

const memories = new WeakMap<object, StreamMemory>();

/** The memory of a connection, which is known by its actor. */
export function memoryOf(owner: object): StreamMemory {
  const memory = memories.get(owner) ?? createMemory();
  memories.set(owner, memory);
  return memory;
}

function createMemory(): StreamMemory {
  let lastEventId = '';
  // A ring: this is on the hot path, and what a connection holds stays the same once it is full.
  let ring: (Message | undefined)[] = [];
  let oldest = 0;
  let next = 0;
  let characters = 0;

  function keep(message: Message): void {
    while (next - oldest >= mostMessages || characters > mostCharacters) {
      characters -= lengthOf(ring[oldest % mostMessages]);
      ring[oldest % mostMessages] = undefined;
      oldest += 1;
    }
    ring[next % mostMessages] = message;
    next += 1;
    characters += lengthOf(message);
  }

  /** The oldest first. */
  function recent(): Message[] {
    const split = oldest % mostMessages;
    return [...ring.slice(split), ...ring.slice(0, split)].filter((message) => message !== undefined);
  }

  return {
    keepAliveGaps: [],
    get lastEventId() {
      return lastEventId;
    },
    rewind(id) {
      const messages = recent();
      const last = messages.findLastIndex((message) => message.id === id);
      ring = [];
      oldest = next = characters = 0;
      messages.slice(0, last + 1).forEach(keep);
      lastEventId = id;
    },
    remember(messages, id) {
      if (id !== '') messages.forEach(keep); // without an ID nothing can be replayed
      lastEventId = id;
    },
    request() {
      let before: readonly Message[] | undefined;
      let left = mostMessages;
      return {
        get lastEventId() {
          return lastEventId;
        },
        isReplay({ id, event, data }) {
          if (left === 0) return false;
          before ??= recent();
          left -= 1;
          const index = before.findLastIndex(
            (known) => known.id === id && known.event === event && known.data === data,
          );
          if (index === before.length - 1) left = 0; // the rest is news
          return index >= 0;
        },
      };
    },
  };
}

function lengthOf(message: Message | undefined): number {
  return typeof message?.data === 'string' ? message.data.length : 0;
}
