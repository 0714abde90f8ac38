import { type AnyActorRef, createActor } from 'xstate';
import type { ConnectionClock } from '../machines/clock.ts';
import { selectStatus } from '../machines/connection.ts';
import { ConnectionError, type Failure, toFailure } from '../machines/connection-error.ts';
import { fromEnvironment } from '../machines/environment.ts';
import type { MessageBatch } from '../machines/message.ts';
import { announceActor } from '../machines/onlooker.ts';
import { type TabsSettings, tabsMachine } from '../machines/tabs.ts';
import type { EventStream, TransportRequest } from '../transports/transport.ts';
import { fromChannel } from './channel.ts';
import { fromLock } from './lock.ts';
import { type Client, createReader, type Reader } from './reader.ts';
import { createStreamLog } from './stream-log.ts';
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

/** The request for the stream that the tabs share, and that stream. */
interface Upstream {
  readonly client: Client;
  readonly aborter: AbortController;
}

/** How long the stream may take that another tab opens, for connections that had one, in milliseconds. */
const takeOverTime = 10_000;

/** How long a server may take to notice that a stream was dropped, in milliseconds. */
const releaseTime = 500;

/**
 * This page, among those that share a stream. The statechart says which tab opens it; here it is opened, passed on and
 * handed to the connections of the page.
 */
export type Tab = ReturnType<typeof createTab>;

export function createTab({ name, url, settings, clock, onAway }: TabOptions) {
  const self = crypto.randomUUID?.() ?? String(Math.random());
  const log = createStreamLog();
  /** The connections that want the stream, in the order in which they came, and how to stop watching them. */
  const clients = new Map<Client, () => void>();
  let readers: readonly Reader[] = [];
  let upstream: Upstream | undefined;
  /** The request that is on its way. */
  let requested: Upstream | undefined;
  /** The tab whose stream the log has: this one, or another. */
  let source: string | undefined;
  let openedAt = 0;
  /** A refusal of the credentials, which is none for the others as long as they may be renewed. */
  let refusal: Failure | undefined;
  let say: (word: Word) => void = nothing;
  let heardAt = 0;
  let hasAsked = false;
  let orphaned: unknown;

  const machine = tabsMachine.provide({
    actors: {
      environment: fromEnvironment(clock),
      lock: fromLock(name, clock.now),
      channel: fromChannel({
        name,
        self,
        isVisible: () => context().isVisible,
        leadsSince: () => (leads() ? context().since : undefined),
        hear,
        speak(post = nothing) {
          say = post;
        },
      }),
    },
    actions: { dropStream: drop, announceStream: announce },
  });
  const actor = createActor(machine, { input: { self, ...settings }, clock });
  announceActor(actor, url);
  actor.start();
  actor.subscribe((snapshot) => {
    if (snapshot.matches('away')) goAway();
    else advance();
  });

  function context() {
    return actor.getSnapshot().context;
  }

  function leads(): boolean {
    return context().leader === self;
  }

  function mayRequest(): boolean {
    return actor.getSnapshot().hasTag('requests');
  }

  /** Says what only the tab says that leads. */
  function tell(word: Word): void {
    if (leads()) say(word);
  }

  /** The connection whose requests are made; the others wait for what becomes of them. */
  function isDriver(client: Client): boolean {
    return client === clients.keys().next().value;
  }

  /** A connection wants the stream until it is closed or has failed. */
  function watch(client: Client): () => void {
    const leave = () => forget(client);
    const next: Parameters<AnyActorRef['subscribe']>[0] = (snapshot) => {
      const status = selectStatus(snapshot);
      if (status === 'failed' && refusal && isDriver(client)) {
        tell({ type: 'down', error: refusal });
        refusal = undefined;
      }
      if (/failed|closed/.test(status)) leave();
    };
    const watching = client.connection?.subscribe({ next, error: leave, complete: leave });
    return () => watching?.unsubscribe();
  }

  function forget(client: Client): void {
    clients.get(client)?.();
    if (clients.delete(client) && clients.size === 0) actor.send({ type: 'stream.unwanted' });
  }

  function remove(reader: Reader): void {
    readers = readers.filter((other) => other !== reader);
  }

  function failAll(error: ConnectionError | null): void {
    for (const reader of readers) {
      if (!error && !reader.isAccepted) continue;
      remove(reader);
      if (error) reader.fail(error);
      else reader.end();
    }
  }

  /** Gives every connection that waits what it waits for, as far as that is up to this tab. */
  function advance(): void {
    watchOrphans();
    const waiting = readers.filter(({ isAccepted }) => !isAccepted);
    if (!mayRequest()) {
      if (source !== undefined) for (const reader of waiting) reader.begin(openedAt);
      return;
    }
    if (requested) return;
    const served = readers.filter(({ isAccepted }) => isAccepted);
    if (upstream) {
      for (const reader of waiting) {
        const { client, request } = reader;
        // A connection whose stream is open wants another one.
        const replaces = isDriver(client) && served.some((other) => other.client === client);
        if (replaces) return void open(client, request);
        reader.begin(openedAt);
      }
      return;
    }
    const left = served.find(({ client }) => isDriver(client)) ?? served[0];
    const first = waiting.find(({ client }) => isDriver(client));
    if (left) void takeOver(left);
    else if (first) void open(first.client, first.request);
  }

  /** Opens the stream that another tab had open, for connections that heard it. */
  async function takeOver({ client, lastEventId }: Reader): Promise<void> {
    const isOver = await open(client, { lastEventId }, source !== undefined);
    if (isOver) return;
    // The server wants no second stream: the tab that led until now is to drop the first.
    say({ type: 'release' });
    const refused = requested;
    clock.setTimeout(() => requested === refused && void open(client, { lastEventId }), releaseTime);
  }

  /** @returns false when the server minds a second stream, and there may be one; the request is still on its way. */
  async function open(client: Client, request: TransportRequest, mayBeSecond = false): Promise<boolean> {
    const aborter = new AbortController();
    const { signal } = aborter;
    const own: Upstream = { client, aborter };
    requested = own;
    // The statechart of the connection knows nothing of this request, if it makes none itself.
    const timer =
      !request.connection &&
      clock.setTimeout(() => {
        aborter.abort();
        end(own, new ConnectionError('timeout', 'The stream could not be opened again in time.'));
      }, takeOverTime);
    try {
      const stream = await client.transport(request, signal).finally(() => clock.clearTimeout(timer));
      if (signal.aborted) return true;
      begin(own, request.lastEventId, stream.resumedAfter);
      for await (const batch of stream) {
        if (signal.aborted) return true;
        pass(batch);
      }
      if (!signal.aborted) end(own, null);
    } catch (cause) {
      if (signal.aborted) return true;
      const error = asError(cause);
      if (mayBeSecond && /^4(?!01)/.test(String(error.status))) return false;
      end(own, error);
    }
    return true;
  }

  /** The stream is open. */
  function begin(own: Upstream, after: string, resumedAfter = after): void {
    upstream?.aborter.abort();
    upstream = own;
    requested = refusal = undefined;
    log.begin(after, resumedAfter.trim() === after.trim() ? undefined : resumedAfter);
    listenTo(self);
    announce();
  }

  /** Hands what the stream brings to all. */
  function pass(batch: MessageBatch): void {
    const { messages, lastEventId, retry } = batch;
    const { next, lastEventId: before } = log.known;
    if (messages.length === 0 && retry === undefined && lastEventId === before) {
      tell({ type: 'alive' });
      hearAlive();
      return;
    }
    const isResumable = lastEventId !== '';
    if (isResumable !== context().isResumable) actor.send({ type: 'stream.identified', isResumable });
    tell({ type: 'batch', number: next, batch });
    deliver(batch);
  }

  function deliver(batch: MessageBatch): void {
    log.append(batch);
    for (const reader of readers) reader.take(batch);
  }

  function hearAlive(): void {
    for (const reader of readers) reader.hearAlive();
  }

  /** The stream is over, or the request was refused. */
  function end(own: Upstream, error: ConnectionError | null): void {
    const isReplacement = requested === own && upstream;
    if (requested === own) requested = undefined;
    if (isReplacement) {
      for (const reader of readers) {
        if (reader.isAccepted || reader.client !== own.client) continue;
        remove(reader);
        reader.fail(error);
      }
      return;
    }
    upstream = source = undefined;
    const failure = error && toFailure(error);
    if (failure?.kind === 'unauthorized') {
      refusal = failure;
      for (const { client } of readers) client.isOnItsOwn = true;
    } else tell({ type: 'down', error: failure });
    failAll(error);
  }

  function drop(): void {
    if ((upstream || requested) && source === self) source = undefined;
    upstream?.aborter.abort();
    requested?.aborter.abort();
    upstream = requested = undefined;
  }

  /** Tells the others what is open, and what came last. */
  function announce(): void {
    const { stretch, first, batches } = log.known;
    if (upstream) tell({ type: 'opened', since: context().since, stretch, first, batches });
  }

  /** From now on the log has the stream of a tab. */
  function listenTo(tab: string): void {
    source = tab;
    openedAt = clock.now();
    hasAsked = false;
    for (const reader of readers) reader.begin(openedAt);
    watchOrphans();
  }

  function hear(said: Said): void {
    const { leader, since } = context();
    const { from } = said;
    if (from === leader && said.type !== 'lead' && clock.now() - heardAt > settings.heartbeat / 4) {
      heardAt = clock.now();
      actor.send({ type: 'leader.heard', from, since });
    }
    if (said.type === 'opened' && from === leader && !upstream) copy(said);
    if (from !== (source ?? leader)) return;
    if (said.type === 'down') {
      source = undefined;
      failAll(said.error && asError(said.error));
    } else if (said.type === 'alive') hearAlive();
    else if (said.type === 'batch' && source) {
      const { next } = log.known;
      if (said.number === next) deliver(said.batch);
      if (said.number <= next || hasAsked) return;
      hasAsked = true; // for what it has missed
      say({ type: 'here', isVisible: context().isVisible, asks: true });
    }
  }

  /** Takes over what the leader tells of its stream, unless it is known. */
  function copy({ from, stretch, first, batches }: Extract<Said, { type: 'opened' }>): void {
    const { next, stretch: known } = log.known;
    const isSame = stretch.first === known.first && stretch.after === known.after;
    if (from === source && isSame && next === first + batches.length) return;
    log.copy(stretch, first, batches);
    listenTo(from);
  }

  /** Connections whose stream nobody has open are not kept waiting for long. */
  function watchOrphans(): void {
    const { leader } = context();
    const isServed = source !== undefined && (leader === null || leader === source);
    if (isServed || mayRequest() || !readers.some(({ isAccepted }) => isAccepted)) {
      clock.clearTimeout(orphaned);
      orphaned = undefined;
    } else {
      orphaned ??= clock.setTimeout(() => {
        orphaned = undefined;
        failAll(new ConnectionError('network', 'No other tab has opened the stream again.'));
      }, takeOverTime);
    }
  }

  function goAway(): void {
    clock.clearTimeout(orphaned);
    for (const stopWatching of clients.values()) stopWatching();
    clients.clear();
    failAll(new ConnectionError('network', 'The page was frozen.'));
    onAway();
    actor.stop();
  }

  return {
    actor,
    /** Whether the requests of a connection leave from here, with its credentials. */
    sendsRequestsOf: ({ isOnItsOwn }: Client): boolean => isOnItsOwn || mayRequest(),
    /** Gets a connection its stream. */
    read(client: Client, request: TransportRequest, signal: AbortSignal): Promise<EventStream> {
      const reader = createReader({
        client,
        request,
        signal,
        clock,
        log,
        onLeft(left) {
          remove(left);
          if (!client.connection && !readers.some((other) => other.client === client)) forget(client);
        },
        onFailed(failed, error) {
          remove(failed);
          failed.fail(asError(error));
        },
      });
      readers = [...readers, reader];
      if (!clients.has(client)) clients.set(client, watch(client));
      actor.send({ type: 'stream.wanted' });
      advance();
      return reader.stream;
    },
    /** The connection no longer wants the stream. */
    forget,
    /** Ends it all, as when the user signs out. */
    close(error: ConnectionError): void {
      failAll(error);
      actor.send({ type: 'scope.closed' });
    },
  };
}

const nothing = () => {};

/** Makes an error of something that a transport throws, or another tab tells. */
function asError(given: unknown): ConnectionError {
  if (given instanceof ConnectionError) return given;
  const { kind, message, ...details }: Failure = Object(given);
  if (given instanceof Error || kind === undefined)
    return new ConnectionError('network', 'The stream broke.', { cause: given });
  return new ConnectionError(kind, message, details);
}
