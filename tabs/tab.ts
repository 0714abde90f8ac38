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

/** How long the next stream may take to open after one was lost, in milliseconds. */
const takeOverTime = 10_000;

/** How long a server may take to notice that a stream was dropped, in milliseconds. */
const releaseTime = 500;

/**
 * This page, as one of the tabs that share a stream. The statechart decides which tab opens it. This code opens it,
 * passes it on, and gives it to the connections of the page.
 */
export type Tab = ReturnType<typeof createTab>;

/**
 * @param name The name of the stream, which all tabs that share it have in common.
 * @param scope The name of the channel of all tabs of the same user.
 * @param onAway Called when the tab has nothing left to do.
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
  /**
   * The connections that want the stream, in the order in which they came. The first one is the driver: its requests
   * are sent.
   */
  const clients = new Map<Client, Subscription | undefined>();
  let readers: readonly Reader[] = [];
  /** The stream that this tab has open, and the request that is on its way. */
  let upstream: AbortController | undefined;
  let requested: AbortController | undefined;
  /** The tab whose stream the log holds: this one, or another. */
  let source: string | undefined;
  let openedAt = 0;
  /** A refusal of the credentials. The other tabs are not told while the credentials may still be renewed. */
  let refusal: PlainConnectionError | undefined;
  /** The connections that were between two requests when another tab told that its credentials were refused. */
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

  /** Says a word, if this tab leads. */
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

  /** Ends every stream, and with an error fails every request. For `only` one connection: fails its requests. */
  function endAll(error: unknown, only?: Client): void {
    for (const reader of readers) {
      const { client, isAccepted } = reader;
      if (only ? client === only && !isAccepted : error || isAccepted) reader.end(error);
    }
  }

  /** Serves every connection that waits, as far as this tab can. */
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
        // A connection with an open stream wants another one.
        const replaces = isOfDriver(reader) && served.some(({ client }) => client === reader.client);
        if (mayOpen && replaces) open(reader);
        else reader.begin(openedAt);
      }
    }
  }

  /** Opens the stream for all, with the request of one. */
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
          // The server allows no second stream, so the tab that led until now has to drop the first one.
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

  /** Passes a batch to all tabs. */
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

  /** Tells the other tabs that the stream is open, with the content of the log. */
  function announce(): void {
    if (upstream) tell({ ...wordOf('leader.opened'), content: log.content });
  }

  /** From now on, the log holds the stream of this tab. */
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
      const { content, ...word } = said; // inspectors see the event, so it must hold no messages
      actor.send(word);
      if (content && from === context().leader && !upstream) copy(from, content);
    }
    const { leader } = context();
    // Not for each of many messages. `abs`, because a clock may be set back.
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
      hasAsked = true; // for the messages that this tab has missed
      say(wordOf('tab.joined'));
    }
  }

  /** Takes over the log of the leader, unless it is the same. */
  function copy(from: string, content: LogContent): void {
    const { stretch, next } = log.content;
    const { after, first } = content.stretch;
    if (from === source && next === content.next && first === stretch.first && after === stretch.after)
      return;
    log.copy(content);
    listenTo(from);
  }

  /** Fails the connections of an accepted stream that no tab has open any more, after a while. */
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
    /** Gives a connection its stream. */
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
