import { type AnyActorRef, createActor, type Subscription } from 'xstate';
import type { ConnectionClock } from '../machines/clock.ts';
import { selectStatus } from '../machines/connection.ts';
import { ConnectionError, type PlainConnectionError } from '../machines/connection-error.ts';
import { fromEnvironment } from '../machines/environment.ts';
import type { MessageBatch } from '../machines/message.ts';
import { announceActor } from '../machines/onlooker.ts';
import { type ChannelCommand, type TabsWordType, type tabsDelays, tabsMachine } from '../machines/tabs.ts';
import type { EventStream, TransportRequest } from '../transports/transport.ts';
import { fromChannel } from './channel.ts';
import { fromLock } from './lock.ts';
import { readStream } from './read-stream.ts';
import { type Client, createReader, type Reader } from './reader.ts';
import { createStreamLog, type LogContent } from './stream-log.ts';
import type { Said, Word } from './words.ts';

/** How long the stream may take that is to go on where another has ended, in milliseconds. */
const takeOverTime = 10_000;

/** How long a server may take to notice that a stream was dropped, in milliseconds. */
const releaseTime = 500;

/**
 * This page, among those that share a stream. The statechart says which tab opens it; here it is opened, passed on and
 * handed to the connections of the page.
 */
export type Tab = ReturnType<typeof createTab>;

/**
 * @param name The name that the tabs have in common which share a stream.
 * @param scope That of the tabs of the same user.
 * @param onAway The tab has nothing left to do.
 */
export function createTab(
  name: string,
  scope: string,
  url: string | URL,
  delays: Pick<typeof tabsDelays, 'linger' | 'heartbeat' | 'yieldAfter'>,
  clock: ConnectionClock,
  onAway: () => void,
) {
  const self = String(Math.random());
  const log = createStreamLog();
  /** The connections that want the stream, in the order in which they came. The first is the one whose requests are made. */
  const clients = new Map<Client, Subscription | undefined>();
  let readers: readonly Reader[] = [];
  /** The stream that this tab has open, and the request that is on its way. */
  let upstream: AbortController | undefined;
  let requested: AbortController | undefined;
  /** The tab whose stream the log has: this one, or another. */
  let source: string | undefined;
  let openedAt = 0;
  /** A refusal of the credentials, which is none for the others as long as they may be renewed. */
  let refusal: PlainConnectionError | undefined;
  /** The connections that were between two requests when another tab told of such a refusal. */
  const refused = new Map<Client, PlainConnectionError>();
  let say: (word: Word) => void = () => {};
  let heardAt = 0;
  let hasAsked = false;
  let orphaned: unknown;

  const machine = tabsMachine.provide({
    actors: {
      environment: fromEnvironment(clock),
      lock: fromLock(name, clock.now),
      channel: fromChannel([name, scope], self, hear, (given) => {
        say = given;
      }),
    },
    actions: { dropStream: drop, announceStream: announce },
    delays,
  });
  const actor = createActor(machine, { input: { self }, clock });
  announceActor(actor, url);
  actor.start();
  actor.subscribe(({ status }) => (status === 'done' ? goAway() : advance()));

  function context() {
    return actor.getSnapshot().context;
  }

  function mayRequest(): boolean {
    return actor.getSnapshot().hasTag('requests');
  }

  function wordOf(type: TabsWordType): ChannelCommand {
    const { isVisible, since } = context();
    return { type, isVisible, since };
  }

  /** Says what only the tab says that leads. */
  function tell(word: Word): void {
    if (context().leader === self) say(word);
  }

  function isDriver(client: Client): boolean {
    return client === clients.keys().next().value;
  }

  /** A connection wants the stream until it is closed or has failed. */
  function watch(client: Client): Subscription | undefined {
    const leave = () => forget(client);
    const next: Parameters<AnyActorRef['subscribe']>[0] = (snapshot) => {
      const status = selectStatus(snapshot);
      if (status === 'failed' && refusal && isDriver(client)) {
        tell({ type: 'down', error: refusal });
        refusal = undefined;
      }
      if (/failed|closed/.test(status)) leave();
    };
    return client.connection?.subscribe({ next, error: leave, complete: leave });
  }

  function isReading(client: Client): boolean {
    return readers.some((reader) => reader.client === client);
  }

  function forget(client: Client): void {
    clients.get(client)?.unsubscribe();
    if (clients.delete(client) && clients.size === 0) actor.send({ type: 'stream.unwanted' });
  }

  /** Ends all streams, or lets all requests fail; of one connection, those that wait. */
  function endAll(error: unknown, only?: Client): void {
    for (const reader of readers) {
      const { client, isAccepted } = reader;
      if (only ? client === only && !isAccepted : error || isAccepted) reader.end(error);
    }
  }

  /** Gives every connection that waits what it waits for, as far as that is up to this tab. */
  function advance(): void {
    watchOrphans();
    const mayOpen = mayRequest();
    if (mayOpen && requested) return;
    const served = readers.filter(({ isAccepted }) => isAccepted);
    const waiting = readers.filter(({ isAccepted }) => !isAccepted);
    const isOfDriver = ({ client }: Reader) => isDriver(client);
    if (mayOpen && !upstream) {
      const next = served[0] ?? waiting.find(isOfDriver);
      if (next) open(next);
    } else if (source !== undefined) {
      for (const reader of waiting) {
        // A connection whose stream is open wants another one.
        const replaces = isOfDriver(reader) && served.some(({ client }) => client === reader.client);
        if (mayOpen && replaces) open(reader);
        else reader.begin(openedAt);
      }
    }
  }

  /** Opens the stream for all, by the request of one. */
  function open({ client, request }: Reader): void {
    const after = request.lastEventId;
    const own = new AbortController();
    const mayBeSecond = !upstream && source !== undefined;
    requested = own;
    readStream(client.transport, request, own.signal, {
      onOpen({ resumedAfter = after }) {
        upstream?.abort();
        upstream = own;
        requested = refusal = undefined;
        log.begin(after, resumedAfter.trim() === after.trim() ? undefined : resumedAfter);
        listenTo(self);
        announce();
      },
      onBatch: pass,
      onEnd(error) {
        if (requested === own) {
          // The server wants no second stream: the tab that led until now is to drop the first.
          if (mayBeSecond && /^4(?!01)/.test(String(error?.status))) {
            source = undefined;
            say(wordOf('leader.refused'));
            clock.setTimeout(() => {
              if (requested !== own) return;
              requested = undefined;
              advance();
            }, releaseTime);
            return;
          }
          requested = undefined;
        }
        if (upstream && upstream !== own) endAll(error, client);
        else fail(error);
      },
    });
  }

  /** Hands what the stream brings to all. */
  function pass(batch: MessageBatch): void {
    const isResumable = batch.lastEventId !== '';
    if (isResumable !== context().isResumable) actor.send({ type: 'stream.identified', isResumable });
    tell({ type: 'batch', number: log.content.next, batch });
    deliver(batch);
  }

  function deliver(batch: MessageBatch): void {
    log.append(batch);
    for (const reader of readers) reader.take(batch);
  }

  /** The stream is over, or the request was refused. */
  function fail(error: ConnectionError | null): void {
    upstream = source = undefined;
    const told = error?.toJSON() ?? null;
    if (told?.kind === 'unauthorized') {
      refusal = told;
      for (const { client } of readers) client.isOnItsOwn = true;
    } else tell({ type: 'down', error: told });
    endAll(error);
  }

  function drop(): void {
    if (source === self) source = undefined;
    upstream?.abort();
    requested?.abort();
    upstream = requested = undefined;
  }

  /** Tells the others what is open, and what came last. */
  function announce(): void {
    if (upstream) tell({ ...wordOf('leader.opened'), content: log.content });
  }

  /** From now on the log has the stream of a tab. */
  function listenTo(tab: string): void {
    source = tab;
    openedAt = clock.now();
    hasAsked = false;
    refused.clear();
    for (const reader of readers) reader.begin(openedAt);
    watchOrphans();
  }

  function hear(said: Said): void {
    if (said.type === 'scope.closed') {
      close();
      return;
    }
    const { from } = said;
    if ('since' in said) {
      const { content, ...word } = said; // messages have no place in an event that is inspected
      actor.send(word);
      if (content && from === context().leader && !upstream) copy(from, content);
    }
    const { leader } = context();
    // Not each of many messages; and a clock may be put back.
    if (from === leader && Math.abs(clock.now() - heardAt) > delays.heartbeat / 4) {
      heardAt = clock.now();
      actor.send({ type: 'leader.alive' });
    }
    if (from !== (source ?? leader)) return;
    const { next } = log.content;
    if (said.type === 'down') {
      source = undefined;
      const { error } = said;
      if (error?.kind === 'unauthorized') {
        for (const client of clients.keys()) if (!isReading(client)) refused.set(client, error);
      }
      endAll(error);
    } else if (said.type === 'batch' && source) {
      if (said.number === next) deliver(said.batch);
      if (said.number <= next || hasAsked) return;
      hasAsked = true; // for what it has missed
      say(wordOf('tab.joined'));
    }
  }

  /** Takes over what the leader tells of its stream, unless it is known. */
  function copy(from: string, content: LogContent): void {
    const { stretch, next } = log.content;
    const { after, first } = content.stretch;
    if (from === source && next === content.next && first === stretch.first && after === stretch.after)
      return;
    log.copy(content);
    listenTo(from);
  }

  /** Connections whose stream nobody has open are not kept waiting for long. */
  function watchOrphans(): void {
    const { leader } = context();
    const isServed = mayRequest() ? upstream : source !== undefined && (leader ?? source) === source;
    if (isServed || !readers.some(({ isAccepted }) => isAccepted)) {
      clock.clearTimeout(orphaned);
      orphaned = undefined;
    } else {
      orphaned ??= clock.setTimeout(() => {
        orphaned = undefined;
        drop();
        fail(lost());
      }, takeOverTime);
    }
  }

  function goAway(): void {
    clock.clearTimeout(orphaned);
    for (const watching of clients.values()) watching?.unsubscribe();
    clients.clear();
    endAll(lost());
    onAway();
  }

  /** The user has signed out. */
  function close(): void {
    endAll(new ConnectionError('forbidden', 'The user has signed out.'));
    actor.send({ type: 'scope.closed' });
  }

  const tab = {
    /** Whether this tab opens the stream. */
    mayRequest,
    /** Gets a connection its stream. */
    read(client: Client, request: TransportRequest, signal: AbortSignal): Promise<EventStream> {
      const reader = createReader(client, request, signal, clock, log, (over) => {
        readers = readers.filter((other) => other !== over);
        if (!client.connection && !isReading(client)) forget(client);
      });
      readers = [...readers, reader];
      if (client.tab !== tab) client.tab?.forget(client);
      Object.assign(client, { tab, connection: request.connection, isOnItsOwn: false });
      if (!clients.has(client)) clients.set(client, watch(client));
      if (refused.has(client)) reader.end(refused.get(client));
      refused.delete(client);
      actor.send({ type: 'stream.wanted' });
      return reader.stream;
    },
    /** The connection no longer wants the stream. */
    forget,
    close,
  };
  return tab;
}

function lost(): ConnectionError {
  return new ConnectionError('network', 'No tab has the stream open any more.');
}
