import type {
  AttemptOutcome,
  TransportCommand,
  TransportEvent,
  TransportInput,
} from '../../machines/connection.ts';
import { ConnectionError, exceeded, toFailure } from '../../machines/connection-error.ts';
import { isOffline } from '../../machines/environment.ts';
import type { TransportActorSettings } from '../actor-options.ts';
import { leaveOut } from '../asked-for.ts';
import { countRequest, explain, forgetRequest } from '../explain.ts';
import { keepError } from '../failure-cause.ts';
import { asConnectionError, isProgrammingError } from '../network-error.ts';
import { forgetRefresh, refreshOnce, thisMoment } from '../refresh.ts';
import { createReplayFilter } from '../replays/replay-filter.ts';
import { report } from '../report.ts';
import { resourceOf } from '../resource.ts';
import type { Transport } from '../transport.ts';
import type { ConnectionMemory } from './connection-memory.ts';
import { createDelivery } from './delivery.ts';
import { createLiveness } from './liveness.ts';

/** Sends one request and reads its stream. It reports what happens; the statechart decides. */
export function runStream(
  transport: Transport,
  settings: TransportActorSettings,
  input: TransportInput,
  memory: ConnectionMemory,
  send: (event: TransportEvent) => void,
) {
  const {
    connectTimeout,
    idleTimeout,
    replays: replayPolicy,
    refresh,
    clock,
    reportError,
    closeOn,
    jitter,
  } = settings;
  const { connection } = input;
  const { replays } = memory;
  const usesCredentials = () => transport.usesCredentials?.() ?? true;
  const own = new AbortController();
  const { signal } = own;
  let phase: 'preparing' | 'requesting' | 'streaming' = 'preparing';
  let timer: unknown;
  let askedAfter = '';
  let hadMessages = false;
  let filter: ReturnType<typeof createReplayFilter> | undefined;
  const liveness = createLiveness({
    clock,
    idleTimeout,
    cadence: memory.cadence,
    // While a schema or a consumer takes time, nothing is read, so the silence is not the server's.
    onIdle: (limit) =>
      delivery.pending || memory.holds.size > 0
        ? liveness.start()
        : fail(exceeded('idle', 'idleTimeout', limit)),
    onOverslept: () => send({ type: 'stream.overslept' }),
    onAlive: () => send({ type: 'stream.alive' }),
    onLook: () => replays.forgetText(),
  });
  const delivery = createDelivery({
    settings,
    memory: replays,
    connection,
    signal,
    send,
    onUnasked: (names) => leaveOut(connection, names, settings),
    onKeepAlive: () => liveness.heard(true),
    onClosingMessage: () => end(closedByServer, true),
  });

  async function run(): Promise<void> {
    if (connectTimeout > 0) timer = clock.setTimeout(giveUp, connectTimeout);
    if (input.refresh && refresh && usesCredentials()) await refreshOnce(refresh, memory.sentAt, reportError);
    if (signal.aborted) return;
    const { unsafe = false, resumable = false } = transport;
    send({ type: 'request.ready', unsafe, resumable });
    if (signal.aborted) return;
    phase = 'requesting';
    memory.sentAt = thisMoment();
    askedAfter = replays.lastEventId;
    replays.startRequest();
    const stream = await transport({ lastEventId: askedAfter, lastEventIdFor, connection }, signal);
    if (!signal.aborted) accept(stream.resumedAfter);
    // A transport that ignores the signal may still answer.
    if (signal.aborted) return void (await stream[Symbol.asyncIterator]().return?.());

    for await (const batch of stream) {
      if (signal.aborted) return;
      hadMessages ||= batch.messages.length > 0;
      liveness.heard(batch.keepAlive === true);
      if (batch.unasked) leaveOut(connection, batch.unasked, settings);
      if (!replays.hasRoomFor(batch)) send({ type: 'stream.overran' });
      if (signal.aborted) return;
      if (batch.gap) send({ type: 'stream.gap', ...batch.gap, lastEventId: replays.lastEventId });
      filter?.take(batch);
      // Otherwise the next batch would only wait, and the failure of the stream would overtake it.
      if (delivery.pending) await delivery.pending;
      for (const hold of memory.holds) await hold;
    }
    filter?.end();
    if (delivery.pending) await delivery.pending;
    if (closeOn === undefined) end('The server ended the stream.');
    else end('The server ended the stream without the message of `closeOn`.', false);
  }

  function accept(resumedAfter = askedAfter): void {
    clock.clearTimeout(timer);
    phase = 'streaming';
    replays.endRequest();
    filter = createReplayFilter({
      replays,
      askedAfter,
      isActive: replayPolicy === 'drop',
      clock,
      deliver: delivery.take,
    });
    liveness.start();
    send({ type: 'request.accepted', at: clock.now() });
    // A header loses the spaces at the ends of an ID.
    if (askedAfter !== '' && resumedAfter.trim() !== askedAfter.trim())
      send({ type: 'stream.gap', lastEventId: askedAfter, resumedAfter });
  }

  function lastEventIdFor(url: string | URL): string {
    const resource = resourceOf(url);
    const isElsewhere = memory.resource !== undefined && memory.resource !== resource;
    memory.resource = resource;
    if (!signal.aborted) countRequest(own, resource);
    if (isElsewhere && askedAfter !== '') {
      replays.rewind('');
      askedAfter = '';
      send({ type: 'request.moved' });
    }
    return askedAfter;
  }

  function giveUp(): void {
    if (phase === 'preparing' && refresh) forgetRefresh(refresh); // it may never settle
    const causes =
      phase === 'requesting' && ` Usual causes: ${explain('no-headers', memory) || usualCauses}.`;
    fail(exceeded('timeout', 'connectTimeout', connectTimeout, causes || ''));
  }

  function fail(error: ConnectionError): void {
    if (signal.aborted) return;
    const unsent = phase === 'preparing' && { unsent: true };
    keepError(input.connection, error);
    explain(error.kind, memory);
    if (!memory.hasReported && error.kind === 'network' && !error.unsent && isProgrammingError(error.cause)) {
      memory.hasReported = true;
      report(reportError, error.cause);
    }
    const type = phase === 'streaming' ? 'stream.failed' : 'request.failed';
    dispose();
    send({ type, error: { ...toFailure(error), ...unsent }, ...outcome() });
  }

  function end(message: string, final?: boolean): void {
    if (signal.aborted) return;
    dispose();
    const error = toFailure(new ConnectionError('ended', message));
    send({ type: 'stream.ended', error, final, hadMessages, ...outcome() });
  }

  function outcome(): AttemptOutcome {
    return {
      at: clock.now(),
      random: clock.random(),
      jitter: typeof jitter === 'function' ? (delay) => spread(jitter, delay) : undefined,
      refreshable: refresh !== undefined && usesCredentials(),
      offline: isOffline(),
    };
  }

  function spread(drawFrom: (delay: number) => unknown, delay: number): number | undefined {
    try {
      const spreadDelay = drawFrom(delay);
      if (typeof spreadDelay === 'number' && spreadDelay >= 0) return spreadDelay;
      throw new TypeError('`jitter` must return milliseconds.');
    } catch (error) {
      report(reportError, error);
      return undefined;
    }
  }

  function dispose(): void {
    if (signal.aborted) return; // at its end the statechart stops the actor too; an `abort()` makes an error each time
    liveness.stop();
    filter?.dispose();
    clock.clearTimeout(timer);
    if (phase === 'requesting') replays.endRequest();
    own.abort();
    forgetRequest(own);
  }

  replays.rewind(input.lastEventId);
  // One microtask later, only an actor that is still wanted sends a request: React's Strict Mode mounts, unmounts and
  // mounts again before that. A promise, because Jest's fake timers hold back `queueMicrotask`.
  Promise.resolve()
    .then(() => (signal.aborted ? undefined : run()))
    .catch((cause) => fail(asConnectionError(cause)));

  return {
    dispose,
    receive({ type }: TransportCommand): void {
      if (type === 'stream.settle') filter?.settle();
      if (type === 'stream.prove') liveness.prove();
    },
  };
}

/** For production, where `explain` says nothing. The client cannot see which of them it is. */
const usualCauses =
  'headers that are not flushed, a proxy that holds them, six HTTP/1.1 connections to the origin';

const closedByServer = 'The server closed the connection with a message of `closeOn`.';
