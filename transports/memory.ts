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
  let recent: Message[] = [];
  let characters = 0;

  /** Keeps the newest, as many as may be kept. */
  function trim(): void {
    const kept: Message[] = [];
    characters = 0;
    for (let next = recent.pop(); next && kept.length < mostMessages; next = recent.pop()) {
      characters += lengthOf(next);
      if (characters > mostCharacters) break;
      kept.push(next);
    }
    recent = kept.reverse();
  }

  return {
    keepAliveGaps: [],
    get lastEventId() {
      return lastEventId;
    },
    rewind(id) {
      lastEventId = id;
      recent = recent.slice(0, recent.findLastIndex((message) => message.id === id) + 1);
    },
    remember(messages, id) {
      lastEventId = id;
      if (id === '') return; // nothing can be replayed
      for (const message of messages) {
        recent.push(message);
        characters += lengthOf(message);
      }
      if (recent.length > 2 * mostMessages || characters > 2 * mostCharacters) trim();
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
          before ??= recent.slice();
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

function lengthOf({ data }: Message): number {
  return typeof data === 'string' ? data.length : 0;
}
