import type { AnyActorRef } from 'xstate';
import type { ConnectionClock } from '../machines/clock.ts';
import { isConnectionError } from '../machines/connection-error.ts';
import type { MessageBatch } from '../machines/message.ts';
import type { EventStream, Transport, TransportRequest } from '../transports/transport.ts';
import { createFeed } from './feed.ts';
import { type Position, positionAfter, type StreamLog } from './stream-log.ts';

/** A connection of this tab. */
export interface Client {
  /** Its own way to the server. */
  readonly transport: Transport;
  readonly connection: AnyActorRef | undefined;
  /** It has asked the server itself, so that its own credentials were the ones that counted. */
  isOnItsOwn: boolean;
}

interface ReaderOptions {
  readonly client: Client;
  readonly request: TransportRequest;
  readonly signal: AbortSignal;
  readonly clock: ConnectionClock;
  readonly log: StreamLog;
  /** The connection wants it no more. */
  readonly onLeft: (reader: Reader) => void;
  /** Its own request has failed. */
  readonly onFailed: (reader: Reader, error: unknown) => void;
}

/** How long after a stream was opened the events that it repeats are waited for, in milliseconds. */
const replayTime = 1_000;

/** How long a stream of its own may take to bring a connection up to date, in milliseconds. */
const catchUpTime = 10_000;

/** One request of a connection, and the stream that it gets out of the one that is shared. */
export type Reader = ReturnType<typeof createReader>;

export function createReader({ client, request, signal, clock, log, onLeft, onFailed }: ReaderOptions) {
  /** Where it stands: it hears all that comes, waits for its place to come by, or reads a stream of its own. */
  let phase: 'waiting' | 'hearing' | 'seeking' | 'catching up' | 'over' = 'waiting';
  let position: Position = { id: request.lastEventId, beyond: 0 };
  let isAccepted = false;
  let timer: unknown;
  let own: AbortController | undefined;
  let accept: (stream: EventStream) => void;
  let refuse: (error: unknown) => void;
  const stream = new Promise<EventStream>((resolve, reject) => {
    [accept, refuse] = [resolve, reject];
  });
  const feed = createFeed<MessageBatch>(leave);
  signal.addEventListener('abort', leave);

  function leave(): void {
    if (phase === 'over') return;
    fail(signal.reason);
    onLeft(reader);
  }

  function enter(next: typeof phase): void {
    clock.clearTimeout(timer);
    own?.abort();
    phase = next;
    if (next === 'over') signal.removeEventListener('abort', leave);
  }

  function push(batch: MessageBatch): void {
    position = positionAfter(batch, position);
    feed.push(batch);
  }

  function admit(resumedAfter?: string): void {
    if (!isAccepted) accept(Object.assign(feed.values, { resumedAfter }));
    isAccepted = true;
  }

  function fail(error: unknown): void {
    enter('over');
    if (isAccepted) feed.fail(error);
    else refuse(error);
  }

  /** Goes on where it stands, if that is known. */
  function goOn(): boolean {
    const rest = log.after(position);
    if (!rest) return false;
    const { after, resumedAfter } = log.known.stretch;
    const { id } = position;
    const said = phase !== 'catching up' && id === after ? resumedAfter : undefined;
    enter('hearing');
    client.isOnItsOwn = false;
    if (isAccepted && said !== undefined)
      push({ messages: [], lastEventId: id, gap: { reason: 'server', resumedAfter: said } });
    admit(said);
    rest.forEach(push);
    return true;
  }

  /** Goes on with what comes next, whatever that leaves out. */
  function skip(isGap: boolean): void {
    const { lastEventId } = log.known;
    enter('hearing');
    admit();
    if (isGap) push({ messages: [], lastEventId, gap: { reason: 'server', resumedAfter: lastEventId } });
  }

  /** Asks the server for what the others no longer have. */
  async function catchUp(): Promise<void> {
    enter('catching up');
    own = new AbortController();
    client.isOnItsOwn = true;
    const asking = own.signal;
    const { next } = log.known;
    // Where nothing came meanwhile, it has all there was.
    timer = clock.setTimeout(() => skip(!isAccepted || log.known.next > next), catchUpTime);
    try {
      const stream = await client.transport({ lastEventId: position.id }, asking);
      if (asking.aborted) return;
      admit(stream.resumedAfter);
      for await (const batch of stream) {
        if (asking.aborted) return;
        push(batch);
        if (goOn()) return;
      }
      if (!asking.aborted) skip(true);
    } catch (error) {
      if (asking.aborted) return;
      // The server wants no second stream.
      if (isConnectionError(error) && /^40[39]$/.test(String(error.status))) skip(true);
      else onFailed(reader, error);
    }
  }

  const reader = {
    client,
    request,
    stream,
    get isAccepted() {
      return isAccepted;
    },
    get lastEventId() {
      return position.id;
    },
    /** Goes on in the stream of the log, which was opened just now or was open before. */
    begin(openedAt: number): void {
      if (phase === 'catching up' || phase === 'over') return;
      const { stretch, first, batches, lastEventId } = log.known;
      if (position.id !== '') {
        if (goOn()) return;
        enter('seeking');
        timer = clock.setTimeout(catchUp, Math.max(0, openedAt + replayTime - clock.now()));
        return;
      }
      const isNew = !isAccepted;
      enter('hearing');
      admit();
      if (isNew) return void (lastEventId !== '' && push({ messages: [], lastEventId }));
      // Nobody can know what came before this stretch.
      push({ messages: [], lastEventId: '', gap: { reason: 'no-ids', resumedAfter: '' } });
      batches.slice(stretch.first - first).forEach(push);
    },
    /** Takes what has just come. */
    take(batch: MessageBatch): void {
      if (phase === 'hearing') push(batch);
      else if (phase === 'seeking') goOn();
    },
    /** A sign of life. */
    hearAlive(): void {
      if (phase === 'hearing') feed.push({ messages: [], lastEventId: position.id, keepAlive: true });
    },
    fail,
    end(): void {
      enter('over');
      feed.end();
    },
  };
  return reader;
}
