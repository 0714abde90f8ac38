import { type Actor, type AnyActorRef, createActor } from 'xstate';
import type { ConnectionClock } from '../machines/clock.ts';
import { selectStatus } from '../machines/connection.ts';
import { ConnectionError, type Failure, isConnectionError, toFailure } from '../machines/connection-error.ts';
import { fromEnvironment } from '../machines/environment.ts';
import type { MessageBatch } from '../machines/message.ts';
import { announceActor } from '../machines/onlooker.ts';
import { type TabsContext, type TabsSettings, tabsMachine } from '../machines/tabs.ts';
import type { EventStream, TransportRequest } from '../transports/transport.ts';
import { fromChannel } from './channel.ts';
import { fromLock } from './lock.ts';
import { type Client, Reader } from './reader.ts';
import { StreamLog } from './stream-log.ts';
import type { Said, Word } from './words.ts';

export interface TabOptions {
  /** The name that the tabs have in common which share a stream. */
  readonly name: string;
  readonly url: string | URL;
  readonly settings: TabsSettings;
  readonly clock: ConnectionClock;
  /** The tab has nothing left to do. */
  readonly onAway: () => void;
}

/** How long the stream may take that another tab opens, for connections that had one, in milliseconds. */
const takeOverTime = 10_000;

/** How long a server may take to notice that a stream was dropped, in milliseconds. */
const releaseTime = 500;

/** The request for the stream that the tabs share, and that stream. */
interface Upstream {
  readonly client: Client;
  readonly aborter: AbortController;
}

/**
 * This page, among those that share a stream. The statechart says which tab opens it; here it is opened, passed on and
 * handed to the connections of the page.
 */
export class Tab {
  readonly actor: Actor<typeof tabsMachine>;
  readonly #clock: ConnectionClock;
  readonly #log = new StreamLog();
  /** The connections that want the stream, in the order in which they came. */
  readonly #clients = new Map<Client, () => void>();
  #readers: readonly Reader[] = [];
  #upstream: Upstream | undefined;
  /** The request that is on its way. */
  #request: Upstream | undefined;
  /** The tab whose stream the log has: its name, or that of another. */
  #source: string | undefined;
  #openedAt = 0;
  /** A refusal of the credentials, which is none for the others as long as they may be renewed. */
  #refusal: Failure | undefined;
  #say: ((word: Word) => void) | undefined;
  #heardAt = 0;
  #hasAsked = false;
  #orphaned: unknown;

  constructor({ name, url, settings, clock, onAway }: TabOptions) {
    this.#clock = clock;
    const self = crypto.randomUUID?.() ?? String(Math.random());
    const machine = tabsMachine.provide({
      actors: {
        environment: fromEnvironment(clock),
        lock: fromLock(name, clock.now),
        channel: fromChannel({
          name,
          self,
          isVisible: () => this.#context.isVisible,
          leadsSince: () => (this.#context.leader === self ? this.#context.since : undefined),
          hear: (said) => this.#hear(said),
          speak: (post) => {
            this.#say = post;
          },
        }),
      },
      actions: {
        dropStream: () => this.#drop(),
        announceStream: () => this.#announce(),
      },
    });
    this.actor = createActor(machine, { input: { self, ...settings }, clock });
    announceActor(this.actor, url);
    this.actor.start();
    this.actor.subscribe((snapshot) => {
      if (snapshot.matches('away')) this.#leave(onAway);
      else this.#advance();
    });
  }

  get #context(): TabsContext {
    return this.actor.getSnapshot().context;
  }

  get #mayRequest(): boolean {
    return this.actor.getSnapshot().hasTag('requests');
  }

  /** Whether the requests of a connection leave from here, with its credentials. */
  sendsRequestsOf({ isOnItsOwn }: Client): boolean {
    return isOnItsOwn || this.#mayRequest;
  }

  /** Gets a connection its stream. */
  read(client: Client, request: TransportRequest, signal: AbortSignal): Promise<EventStream> {
    const onLeft = (reader: Reader) => {
      this.#readers = this.#readers.filter((other) => other !== reader);
      if (!client.connection && !this.#readers.some((other) => other.client === client)) this.forget(client);
    };
    const onFailed = (reader: Reader, error: unknown) => this.#fail(reader, asConnectionError(error));
    const reader = new Reader({ client, request, signal, clock: this.#clock, onLeft, onFailed });
    this.#readers = [...this.#readers, reader];
    if (!this.#clients.has(client)) this.#clients.set(client, this.#watch(client));
    this.actor.send({ type: 'stream.wanted' });
    this.#advance();
    return reader.stream;
  }

  /** The connection no longer wants the stream. */
  forget(client: Client): void {
    this.#clients.get(client)?.();
    if (this.#clients.delete(client) && this.#clients.size === 0)
      this.actor.send({ type: 'stream.unwanted' });
  }

  /** Ends it all, as when the user signs out. */
  close(error: ConnectionError): void {
    this.#failAll(error);
    for (const client of [...this.#clients.keys()]) this.forget(client);
  }

  /** A connection wants the stream until it is closed or has failed. */
  #watch(client: Client): () => void {
    const { connection } = client;
    if (!connection) return () => {};
    const leave = () => this.forget(client);
    const { unsubscribe } = (connection as AnyActorRef).subscribe({
      next: (snapshot) => {
        const status = selectStatus(snapshot);
        if (status === 'failed' && this.#refusal && this.#isDriver(client)) this.#tellRefusal();
        if (status === 'failed' || status === 'closed') leave();
      },
      error: leave,
      complete: leave,
    });
    return unsubscribe;
  }

  /** The connection whose requests are made; the others wait for what becomes of them. */
  #isDriver(client: Client): boolean {
    const [driver] = this.#clients.keys();
    return client === driver;
  }

  #advance(): void {
    const waiting = this.#readers.filter(({ isAccepted }) => !isAccepted);
    const isOpen = this.#source !== undefined;
    this.#watchOrphans();
    if (!this.#mayRequest) {
      if (isOpen) for (const reader of waiting) reader.begin(this.#log, this.#openedAt);
      return;
    }
    if (this.#request) return;
    if (this.#upstream) {
      for (const reader of waiting) {
        if (this.#isReplacement(reader)) return void this.#open(reader.client, reader.request);
        reader.begin(this.#log, this.#openedAt);
      }
      return;
    }
    const served = this.#readers.filter(({ isAccepted }) => isAccepted);
    const left = served.find(({ client }) => this.#isDriver(client)) ?? served[0];
    const first = waiting.find(({ client }) => this.#isDriver(client));
    if (left) void this.#takeOver(left);
    else if (first) void this.#open(first.client, first.request);
  }

  /** A connection whose stream is open wants another one. */
  #isReplacement(reader: Reader): boolean {
    return (
      this.#isDriver(reader.client) &&
      this.#readers.some(({ client, isAccepted }) => isAccepted && client === reader.client)
    );
  }

  /** Opens the stream that another tab had open, for connections that heard it. */
  async #takeOver({ client, lastEventId }: Reader): Promise<void> {
    const hadLeader = this.#source !== undefined;
    const isOver = await this.#open(client, { lastEventId }, hadLeader);
    if (isOver || !this.#mayRequest) return;
    // The server wants no second stream: the tab that led until now is to drop the first.
    this.#say?.({ type: 'release' });
    this.#clock.setTimeout(() => this.#mayRequest && void this.#open(client, { lastEventId }), releaseTime);
  }

  /** @returns false when the server minds a second stream, and `minds` says that this is to be told. */
  async #open(client: Client, request: TransportRequest, minds = false): Promise<boolean> {
    const aborter = new AbortController();
    const upstream = { client, aborter };
    const { signal } = aborter;
    this.#request = upstream;
    const isTakeOver = request.connection === undefined;
    const timer =
      isTakeOver &&
      this.#clock.setTimeout(() => {
        aborter.abort();
        this.#end(upstream, new ConnectionError('timeout', 'The stream could not be opened again in time.'));
      }, takeOverTime);
    try {
      const stream = await client.transport(request, signal);
      this.#clock.clearTimeout(timer);
      if (signal.aborted) return true;
      this.#begin(upstream, request.lastEventId, stream.resumedAfter);
      for await (const batch of stream) {
        if (signal.aborted) return true;
        this.#pass(batch);
      }
      if (!signal.aborted) this.#end(upstream, null);
    } catch (error) {
      this.#clock.clearTimeout(timer);
      if (signal.aborted) return true;
      if (minds && isRefusal(error)) {
        this.#request = undefined;
        return false;
      }
      this.#end(upstream, asConnectionError(error));
    }
    return true;
  }

  /** The stream is open. */
  #begin(upstream: Upstream, after: string, resumedAfter: string | undefined): void {
    this.#upstream?.aborter.abort();
    this.#upstream = upstream;
    this.#request = undefined;
    this.#refusal = undefined;
    const isElsewhere = resumedAfter !== undefined && resumedAfter.trim() !== after.trim();
    this.#log.begin(after, isElsewhere ? resumedAfter : undefined);
    this.#listen(this.#context.self);
    this.#announce();
  }

  /** Hands a batch to all. */
  #pass(batch: MessageBatch): void {
    const { messages, lastEventId, retry } = batch;
    if (messages.length === 0 && retry === undefined && lastEventId === this.#log.lastEventId) {
      for (const reader of this.#readers) reader.hearAlive();
      this.#tell({ type: 'alive' });
      return;
    }
    const number = this.#log.next;
    const isResumable = lastEventId !== '';
    if (isResumable !== this.#context.isResumable)
      this.actor.send({ type: 'stream.identified', isResumable });
    this.#tell({ type: 'batch', number, batch });
    this.#deliver(batch);
  }

  #deliver(batch: MessageBatch): void {
    this.#log.append(batch);
    for (const reader of this.#readers) reader.take(batch, this.#log);
  }

  /** The stream is over, or the request was refused. */
  #end(upstream: Upstream, error: ConnectionError | Failure | null): void {
    const isReplacement = this.#request === upstream && this.#upstream !== undefined;
    if (this.#request === upstream) this.#request = undefined;
    if (isReplacement) {
      const refused = this.#readers.filter((one) => !one.isAccepted && one.client === upstream.client);
      for (const reader of refused) this.#fail(reader, asError(error));
      return;
    }
    this.#upstream = undefined;
    this.#source = undefined;
    const failure = error && toFailure(error);
    // Whoever leads may renew the credentials, and then nobody else needs to.
    if (failure?.kind === 'unauthorized') {
      this.#refusal = failure;
      for (const { client } of this.#readers) client.isOnItsOwn = true;
    } else this.#tell({ type: 'down', error: failure });
    this.#failAll(error && asError(error));
  }

  #tellRefusal(): void {
    this.#tell({ type: 'down', error: this.#refusal ?? null });
    this.#refusal = undefined;
  }

  #failAll(error: ConnectionError | null): void {
    const readers = this.#readers;
    this.#readers = [];
    for (const reader of readers) {
      if (error) reader.fail(error);
      else if (reader.isAccepted) reader.end();
      else this.#readers = [...this.#readers, reader];
    }
  }

  #fail(reader: Reader, error: unknown): void {
    this.#readers = this.#readers.filter((other) => other !== reader);
    reader.fail(error);
  }

  /** Tells the others what is open, and what came last. */
  #announce(): void {
    if (!this.#upstream) return;
    const { stretch, first, batches } = this.#log;
    this.#tell({ type: 'opened', since: this.#context.since, stretch, first, batches });
  }

  /** Says what only the tab says that leads. */
  #tell(word: Word): void {
    const { leader, self } = this.#context;
    if (leader === self) this.#say?.(word);
  }

  /** From now on the log has the stream of a tab. */
  #listen(source: string): void {
    this.#source = source;
    this.#openedAt = this.#clock.now();
    this.#hasAsked = false;
    for (const reader of this.#readers) reader.begin(this.#log, this.#openedAt);
    this.#watchOrphans();
  }

  #hear(said: Said): void {
    const { leader, self } = this.#context;
    if (said.from === leader && leader !== self) this.#noteLife(said);
    if (said.type === 'opened' && said.from === leader && !this.#upstream) this.#copy(said);
    if (said.from !== (this.#source ?? leader)) return;
    if (said.type === 'batch' && this.#source !== undefined) {
      if (said.number === this.#log.next) this.#deliver(said.batch);
      else if (said.number > this.#log.next) this.#ask();
    } else if (said.type === 'alive') {
      for (const reader of this.#readers) reader.hearAlive();
    } else if (said.type === 'down') {
      this.#source = undefined;
      this.#failAll(said.error && asError(said.error));
    }
  }

  /** Takes over what the leader tells of its stream, unless it is known. */
  #copy({ from, stretch, first, batches }: Extract<Said, { type: 'opened' }>): void {
    const { next, stretch: known } = this.#log;
    const isKnown =
      from === this.#source &&
      next === first + batches.length &&
      stretch.first === known.first &&
      stretch.after === known.after;
    if (isKnown) return;
    this.#log.copy(stretch, first, batches);
    this.#listen(from);
  }

  /** Tells the statechart now and then that the leader is there. */
  #noteLife(said: Said): void {
    const now = this.#clock.now();
    const { since, settings } = this.#context;
    if (said.type === 'lead' || now - this.#heardAt < settings.heartbeat / 4) return;
    this.#heardAt = now;
    this.actor.send({ type: 'leader.heard', from: said.from, since });
  }

  /** Asks for what was missed. */
  #ask(): void {
    if (this.#hasAsked) return;
    this.#hasAsked = true;
    this.#say?.({ type: 'here', isVisible: this.#context.isVisible, asks: true });
  }

  /** Connections whose stream nobody has open are not kept waiting for long. */
  #watchOrphans(): void {
    const { leader } = this.#context;
    const isServed = this.#source !== undefined && (leader === null || leader === this.#source);
    if (isServed || this.#mayRequest || !this.#readers.some(({ isAccepted }) => isAccepted)) {
      this.#clock.clearTimeout(this.#orphaned);
      this.#orphaned = undefined;
    } else {
      this.#orphaned ??= this.#clock.setTimeout(() => {
        this.#orphaned = undefined;
        this.#failAll(new ConnectionError('network', 'No other tab has opened the stream again.'));
      }, takeOverTime);
    }
  }

  #drop(): void {
    const had = this.#upstream ?? this.#request;
    this.#upstream?.aborter.abort();
    this.#request?.aborter.abort();
    this.#upstream = undefined;
    this.#request = undefined;
    if (had && this.#source === this.#context.self) this.#source = undefined;
  }

  #leave(onAway: () => void): void {
    this.#clock.clearTimeout(this.#orphaned);
    for (const forget of this.#clients.values()) forget();
    this.#clients.clear();
    this.#failAll(new ConnectionError('network', 'The page was frozen.'));
    onAway();
    this.actor.stop();
  }
}

function asConnectionError(error: unknown): ConnectionError {
  return error instanceof ConnectionError
    ? error
    : new ConnectionError('network', 'The stream broke.', { cause: error });
}

function asError(failure: ConnectionError | Failure | null): ConnectionError {
  if (failure instanceof ConnectionError) return failure;
  const { kind, message, ...details } = failure ?? { kind: 'network', message: 'The stream broke.' };
  return new ConnectionError(kind, message, details);
}

function isRefusal(error: unknown): boolean {
  const { status = 0 } = isConnectionError(error) ? error : {};
  return status >= 400 && status < 500 && status !== 401;
}
