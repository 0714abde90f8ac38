import type { AnyActorRef } from 'xstate';
import type { ConnectionClock } from '../machines/clock.ts';
import type { MessageBatch } from '../machines/message.ts';
import type { EventStream, Transport, TransportRequest } from '../transports/transport.ts';
import { createFeed } from './feed.ts';
import { readStream } from './read-stream.ts';
import { type Position, positionAfter, type StreamLog } from './stream-log.ts';

/** A connection of this tab. */
export interface Client {
  /** Its own transport to the server. */
  readonly transport: Transport;
  connection?: AnyActorRef | undefined;
  /** The tab that gives it its stream. */
  tab?: { mayRequest(): boolean; forget(client: Client): void };
  /** It has sent a request itself, so its own credentials counted. */
  isOnItsOwn: boolean;
}

/** How long after a stream was opened to wait for the events that it repeats, in milliseconds. */
const replayTime = 1_000;

/** How long a stream of its own may take to catch up, in milliseconds. */
const catchUpTime = 10_000;

/** One request of a connection, and its part of the shared stream. */
export type Reader = ReturnType<typeof createReader>;

/** @param onOver Called when the connection does not want the stream any more, or the stream is over. */
export function createReader(
  client: Client,
  request: TransportRequest,
  signal: AbortSignal,
  clock: ConnectionClock,
  log: StreamLog,
  onOver: (reader: Reader) => void,
) {
  /**
   * `hearing`: it gets every batch. `seeking`: it waits until its position comes by. `catching up`: it reads a stream
   * of its own.
   */
  let phase: 'waiting' | 'hearing' | 'seeking' | 'catching up' | 'over' = 'waiting';
  let position: Position = { id: request.lastEventId, beyond: 0 };
  let timer: unknown;
  let own: AbortController | undefined;
  let accept: (stream: EventStream) => void;
  let refuse: (error: unknown) => void;
  const stream = new Promise<EventStream>((resolve, reject) => {
    [accept, refuse] = [resolve, reject];
  });
  const leave = () => end(signal.reason);
  const feed = createFeed<MessageBatch>(leave);
  signal.addEventListener('abort', leave);

  function enter(next: typeof phase): void {
    clock.clearTimeout(timer);
    own?.abort();
    phase = next;
  }

  function admit(resumedAfter?: string): void {
    if (!reader.isAccepted) accept(Object.assign(feed.values, { resumedAfter }));
    reader.isAccepted = true;
  }

  /** Ends the stream, or refuses the request. */
  function end(error: unknown): void {
    if (phase === 'over') return;
    enter('over');
    if (reader.isAccepted) feed.end(error);
    else refuse(error);
    onOver(reader);
  }

  /** Gets every batch from now on, and before that the batches that it lacks. */
  function join(...lacking: readonly MessageBatch[]): void {
    enter('hearing');
    client.isOnItsOwn = false;
    admit();
    lacking.forEach(feed.push);
    position = log.content.end;
  }

  /** Goes on from its position, if the log knows it. */
  function goOn(): boolean {
    const rest = log.after(position);
    if (!rest) return false;
    const { after, resumedAfter } = log.content.stretch;
    const isTold = phase !== 'catching up' && position.id === after && resumedAfter !== undefined;
    join(...(isTold ? [gap('server', after, resumedAfter)] : []), ...rest);
    return true;
  }

  /** Goes on with the next batch, without those that are unknown. */
  function skip(isGap: boolean): void {
    join(...(isGap ? [gap('server', log.content.end.id)] : []));
  }

  /** Asks the server for the messages that the log no longer has. */
  function catchUp(): void {
    enter('catching up');
    own = new AbortController();
    client.isOnItsOwn = true;
    const { next } = log.content;
    // If the shared stream brought nothing meanwhile, nothing is lacking.
    timer = clock.setTimeout(() => skip(!reader.isAccepted || log.content.next > next), catchUpTime);
    readStream(client.transport, { lastEventId: position.id }, own.signal, {
      onOpen: ({ resumedAfter }) => admit(resumedAfter),
      onBatch(batch) {
        feed.push(batch);
        position = positionAfter(batch, position);
        goOn();
      },
      onEnd(error) {
        // The server allows no second stream.
        if (!error || /^40[39]$/.test(String(error.status))) skip(true);
        else end(error);
      },
    });
  }

  const reader = {
    client,
    stream,
    isAccepted: false,
    /** The request with which this reader would go on. */
    get request(): TransportRequest {
      return reader.isAccepted ? { lastEventId: position.id } : request;
    },
    /** Goes on with the stream of the log, which has just opened or was open before. */
    begin(openedAt: number): void {
      if (phase === 'catching up') return;
      const { stretch, pieces, first, end } = log.content;
      if (position.id === '') {
        // Nobody can know which messages came before this stretch.
        if (reader.isAccepted) join(gap('no-ids', ''), ...pieces.slice(stretch.first - first));
        else join({ messages: [], lastEventId: end.id });
      } else if (!goOn()) {
        enter('seeking');
        timer = clock.setTimeout(catchUp, openedAt + replayTime - clock.now());
      }
    },
    /** Takes a new batch. */
    take(batch: MessageBatch): void {
      if (phase === 'hearing') {
        feed.push(batch);
        position = log.content.end;
      } else if (phase === 'seeking') goOn();
    },
    end,
  };
  return reader;
}

function gap(
  reason: 'server' | 'no-ids',
  lastEventId: string,
  resumedAfter: string = lastEventId,
): MessageBatch {
  return { messages: [], lastEventId, gap: { reason, resumedAfter } };
}
