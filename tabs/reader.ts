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
  readonly onLeft: (reader: Reader) => void;
  /** Its own request has failed. */
  readonly onFailed: (reader: Reader, error: unknown) => void;
}

/** How long after a stream was opened the events that it repeats are waited for, in milliseconds. */
const replayTime = 1_000;

/** How long a stream of its own may take to bring a connection up to date, in milliseconds. */
const catchUpTime = 10_000;

/** One request of a connection, and the stream that it gets out of the one that is shared. */
export class Reader {
  readonly client: Client;
  readonly request: TransportRequest;
  readonly stream: Promise<EventStream>;
  isAccepted = false;
  /** Where it stands: it hears all that comes, waits for its place to come by, or reads a stream of its own. */
  #phase: 'waiting' | 'hearing' | 'seeking' | 'catching up' | 'over' = 'waiting';
  #position: Position;
  #clock: ConnectionClock;
  #timer: unknown;
  #own: AbortController | undefined;
  #leave: () => void;
  #onFailed: ReaderOptions['onFailed'];
  #accept: (stream: EventStream) => void = () => {};
  #refuse: (error: unknown) => void = () => {};
  readonly #feed = createFeed<MessageBatch>(() => this.#leave());

  constructor({ client, request, signal, clock, onLeft, onFailed }: ReaderOptions) {
    this.#onFailed = onFailed;
    this.client = client;
    this.request = request;
    this.#clock = clock;
    this.#position = { id: request.lastEventId, beyond: 0 };
    this.#leave = () => {
      if (this.#phase === 'over') return;
      this.#stop();
      this.#phase = 'over';
      signal.removeEventListener('abort', this.#leave);
      this.fail(signal.reason);
      onLeft(this);
    };
    this.stream = new Promise((resolve, reject) => {
      this.#accept = resolve;
      this.#refuse = reject;
    });
    signal.addEventListener('abort', this.#leave);
  }

  get lastEventId(): string {
    return this.#position.id;
  }

  /** Goes on in a stream that was opened just now, or was open before. */
  begin(log: StreamLog, openedAt: number): void {
    if (this.#phase === 'catching up' || this.#phase === 'over') return;
    this.#stop();
    const { after, resumedAfter, first } = log.stretch;
    const { id } = this.#position;
    if (this.#goOn(log, id === after ? resumedAfter : undefined)) return;
    if (id === '') {
      const isNew = !this.isAccepted;
      this.#admit();
      // Nobody can know what came before this stretch.
      if (!isNew) this.push({ messages: [], lastEventId: '', gap: { reason: 'no-ids', resumedAfter: '' } });
      for (const batch of log.from(isNew ? log.next : first)) this.push(batch);
      if (isNew && log.lastEventId !== '') this.push({ messages: [], lastEventId: log.lastEventId });
      this.#phase = 'hearing';
      return;
    }
    this.#phase = 'seeking';
    const left = openedAt + replayTime - this.#clock.now();
    this.#timer = this.#clock.setTimeout(() => void this.#catchUp(log), Math.max(0, left));
  }

  /** Takes what has just come. */
  take(batch: MessageBatch, log: StreamLog): void {
    if (this.#phase === 'hearing') this.push(batch);
    else if (this.#phase === 'seeking') this.#goOn(log);
  }

  push(batch: MessageBatch): void {
    this.#position = positionAfter(batch, this.#position);
    this.#feed.push(batch);
  }

  /** A sign of life. */
  hearAlive(): void {
    if (this.#phase === 'hearing')
      this.#feed.push({ messages: [], lastEventId: this.#position.id, keepAlive: true });
  }

  fail(error: unknown): void {
    this.#stop();
    this.#phase = 'over';
    if (this.isAccepted) this.#feed.fail(error);
    else this.#refuse(error);
  }

  end(): void {
    this.#stop();
    this.#phase = 'over';
    this.#feed.end();
  }

  #admit(resumedAfter?: string): void {
    if (this.isAccepted) return;
    this.isAccepted = true;
    this.#accept(Object.assign(this.#feed.values, { resumedAfter }));
  }

  /** Goes on where it stands, if that is known. */
  #goOn(log: StreamLog, resumedAfter?: string): boolean {
    const rest = log.after(this.#position);
    if (!rest) return false;
    this.#stop();
    this.#phase = 'hearing';
    if (this.isAccepted && resumedAfter !== undefined && resumedAfter !== this.lastEventId) {
      this.push({ messages: [], lastEventId: this.lastEventId, gap: { reason: 'server', resumedAfter } });
    }
    this.client.isOnItsOwn = false;
    this.#admit(resumedAfter);
    for (const batch of rest) this.push(batch);
    return true;
  }

  /** Asks the server for what the others no longer have. */
  async #catchUp(log: StreamLog): Promise<void> {
    this.#stop();
    this.#phase = 'catching up';
    const own = new AbortController();
    this.#own = own;
    this.client.isOnItsOwn = true;
    const { next } = log;
    // Where nothing came meanwhile, it has all there was.
    this.#timer = this.#clock.setTimeout(
      () => this.#skip(log, !this.isAccepted || log.next > next),
      catchUpTime,
    );
    try {
      const { lastEventId } = this;
      const stream = await this.client.transport({ lastEventId }, own.signal);
      if (own.signal.aborted) return;
      this.#admit(stream.resumedAfter);
      for await (const batch of stream) {
        if (own.signal.aborted) return;
        this.push(batch);
        if (this.#goOn(log)) return;
      }
      if (!own.signal.aborted) this.#skip(log, true);
    } catch (error) {
      if (own.signal.aborted) return;
      if (isSecondStreamRefused(error)) this.#skip(log, true);
      else this.#onFailed(this, error);
    }
  }

  /** Goes on with what comes next. */
  #skip(log: StreamLog, isGap: boolean): void {
    this.#stop();
    this.#admit();
    this.#phase = 'hearing';
    if (!isGap) return;
    const { lastEventId } = log;
    this.push({ messages: [], lastEventId, gap: { reason: 'server', resumedAfter: lastEventId } });
  }

  #stop(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#own?.abort();
    this.#own = undefined;
  }
}

function isSecondStreamRefused(error: unknown): boolean {
  return isConnectionError(error) && (error.status === 403 || error.status === 409);
}
