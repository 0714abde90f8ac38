import type { Message, MessageBatch } from '../machines/message.ts';
import type { TransportRequest } from './transport.ts';

/** How many of the last messages are held against a replay, at least. */
const mostMessages = 256;

/** How much text they may keep in memory, in characters. */
const mostCharacters = 2 ** 20;

/** How many messages of a new stream are held against those: a server may replay more than it was asked for. */
const mostReplayed = 1_024;

/** What a connection remembers of its streams, from one to the next. */
export interface StreamMemory {
  /** The ID to resume after. */
  readonly lastEventId: string;
  /** How far apart the last keep-alives of the server were, in milliseconds; the latest first. */
  keepAliveGaps: readonly number[];
  /** How many times longer to wait for one than was learned: the server may be slower than it seemed. */
  caution: number;
  /** A new attempt resumes after this ID: what came after it never reached the app. */
  rewind(lastEventId: string): void;
  /** What to ask a transport for. From now on, what is remembered may all come again. */
  request(): TransportRequest;
  /** The stream is accepted, and may begin with replays. */
  startStream(): void;
  /** What comes from now on is no replay. */
  settleStream(): void;
  /** Whether there is room for a batch too, so that all since the last request would be known if it came again. */
  hasRoomFor(batch: MessageBatch): boolean;
  remember(batch: MessageBatch): void;
}

export function createMemory(): StreamMemory {
  let kept: Kept[] = []; // by the batch, which is cheap: this is on the hot path
  let count = 0;
  let characters = 0;
  let room = { messages: 0, characters: 0 };
  let before: readonly Message[] = [];
  let asked = '';
  let overlaps = false;

  function keep(batch: Kept): void {
    kept.push(batch);
    count += batch.messages.length;
    characters += batch.characters;
    for (let [oldest] = kept; oldest && kept.length > 1; [oldest] = kept) {
      if (count - oldest.messages.length < mostMessages && characters <= mostCharacters) return;
      kept.shift();
      count -= oldest.messages.length;
      characters -= oldest.characters;
    }
  }

  const recent = () => kept.flatMap(({ messages }) => messages);

  function isReplay({ id, event, data }: Message): boolean {
    if (memory.left === 0 || id === '') return false;
    memory.left -= 1;
    const index = before.findLastIndex(
      (known) => known.id === id && known.event === event && known.data === data,
    );
    if (index === before.length - 1) memory.left = 0; // the rest is news
    return index >= 0;
  }

  const memory: StreamMemory & Progress = {
    lastEventId: '',
    left: 0, // how many messages of the stream may still be replays
    keepAliveGaps: [],
    caution: 1,
    rewind(id) {
      const messages = recent();
      let last = messages.findLastIndex((message) => message.id === id);
      if (last < 0 && id === memory.lastEventId) return; // it came without a message
      // Of several with that ID, only the first one is sure to have reached the app.
      while (messages[last - 1]?.id === id) last -= 1;
      memory.lastEventId = id;
      if (last === messages.length - 1) return; // nothing to forget
      const rest = { messages: messages.slice(0, last + 1).slice(-mostMessages), characters };
      kept = [];
      count = characters = 0;
      if (last >= 0) keep(rest);
    },
    request() {
      asked = memory.lastEventId;
      room = { messages: mostMessages, characters: mostCharacters };
      return new LiveRequest(memory, isReplay);
    },
    startStream() {
      before = recent();
      memory.left = before.length > 0 ? mostReplayed : 0;
      overlaps = asked !== memory.lastEventId;
    },
    settleStream() {
      if (overlaps) return; // what the stream before delivered meanwhile comes again, however late
      before = [];
      memory.left = 0;
    },
    hasRoomFor(batch) {
      room.messages -= batch.messages.length;
      room.characters -= charactersOf(batch);
      return room.messages >= 0 && room.characters >= 0;
    },
    remember(batch) {
      memory.lastEventId = batch.lastEventId;
      // Without an ID, nothing can be replayed.
      if (batch.lastEventId !== '' && batch.messages.length > 0) {
        keep({ messages: batch.messages, characters: charactersOf(batch) });
      }
    },
  };
  return memory;
}

interface Progress {
  lastEventId: string;
  left: number;
}

/** Moves on with the connection. Objects with getters of their own take far more memory than those of a class. */
class LiveRequest implements TransportRequest {
  readonly isReplay: (message: Message) => boolean;
  readonly #progress: Progress;

  constructor(progress: Progress, isReplay: (message: Message) => boolean) {
    this.#progress = progress;
    this.isReplay = isReplay;
  }

  get lastEventId(): string {
    return this.#progress.lastEventId;
  }

  get isReplaying(): boolean {
    return this.#progress.left > 0;
  }
}

interface Kept {
  readonly messages: readonly Message[];
  /** How much text they keep in memory. */
  readonly characters: number;
}

/** Those of its data, where the transport does not say how much text its messages were cut from. */
function charactersOf({ messages, characters }: MessageBatch): number {
  return (
    characters ?? messages.reduce((sum, { data }) => sum + (typeof data === 'string' ? data.length : 0), 0)
  );
}
