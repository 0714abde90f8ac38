import { type CallbackActorLogic, fromCallback } from 'xstate';
import { type ConnectionClock, systemClock } from '../machines/clock.ts';
import type {
  AttemptOutcome,
  TransportCommand,
  TransportEvent,
  TransportInput,
} from '../machines/connection.ts';
import { ConnectionError, exceeded, toFailure } from '../machines/connection-error.ts';
import { isOffline } from '../machines/environment.ts';
import { type JitterKind, jitterWords } from '../machines/jitter.ts';
import type { MessageBatch } from '../machines/message.ts';
import { anyOf, callback, check, longestDelay, milliseconds, type Rules } from '../machines/rules.ts';
import { createMemory, type StreamMemory } from './memory.ts';
import { asConnectionError } from './network-error.ts';
import { batchParser, type Parse } from './parse.ts';
import { refreshOnce } from './refresh.ts';
import { defaultReporter, type ErrorReporter, report } from './report.ts';
import { namesOf, namesRule } from './supply.ts';
import type { Transport } from './transport.ts';
import { createVigil } from './vigil.ts';

/** Makes the delay of a retry out of the exponential one, which is capped but not spread. Both in milliseconds. */
export type JitterFunction = (delay: number) => number;

/** What goes on around a transport, whichever it is. */
export interface TransportActorOptions {
  /** How the text of a message becomes its data. @default 'auto' */
  readonly parse?: Parse | undefined;
  /**
   * Renews the credentials after a 401. Called once for all the connections that share the function and need
   * it at the same time; a second 401 in a row fails the connection.
   */
  readonly refresh?: (() => unknown) | undefined;
  /** A function makes the delay of a retry, in place of the kind of jitter that the statechart is set to. */
  readonly jitter?: JitterKind | JitterFunction | undefined;
  /** How long the stream may take to be accepted, in milliseconds; 0 for as long as it likes. @default 15_000 */
  readonly connectTimeout?: number | undefined;
  /**
   * How long an open stream may be silent, in milliseconds; 0 for as long as it likes. `'auto'` allows three
   * times the interval at which the server shows that it is there (with comments, or with events that are named
   * ping, heartbeat or keep-alive), from 6 to 120 seconds, and any silence as long as it does not.
   *
   * @default 0
   */
  readonly idleTimeout?: number | 'auto' | undefined;
  /**
   * The event, or events, by which the server says that the credentials are about to expire. They are renewed
   * with `refresh`, and the next stream is opened before this one is dropped.
   */
  readonly refreshOn?: string | readonly string[] | undefined;
  /** The event, or events, with which the server closes the connection for good. It is still delivered. */
  readonly closeOn?: string | readonly string[] | undefined;
  /** Time and chance. @default the system's */
  readonly clock?: ConnectionClock | undefined;
  /** Where the faults of your own functions go. @default `reportError`, or the console where there is none */
  readonly reportError?: ErrorReporter | undefined;
}

export const transportActorRules: Rules<Omit<TransportActorOptions, 'clock'>> = {
  jitter: anyOf(...jitterWords, 'function'),
  parse: anyOf("'auto'", "'text'", 'function'),
  refresh: callback,
  connectTimeout: milliseconds,
  idleTimeout: anyOf([0, longestDelay], "'auto'"),
  refreshOn: namesRule,
  closeOn: namesRule,
  reportError: callback,
};

/**
 * Makes the actor that runs a transport for {@link connectionMachine}. It owns the abort signal, tells the
 * statechart what happens, and drops whatever arrives after it was disposed of.
 *
 * @throws TypeError when an option is not what it may be.
 */
export function fromTransport(
  transport: Transport,
  options: TransportActorOptions = {},
): CallbackActorLogic<TransportCommand, TransportInput> {
  check(options, transportActorRules);
  const fresh = new WeakSet<object>();
  const memories = new WeakMap<object, StreamMemory>();

  const logic = fromCallback<TransportCommand, TransportInput>(({ input, self, sendBack, receive }) => {
    // The React binding stops an actor and starts it again with the input it had; so does a snapshot that is
    // restored. Its stream is gone and its last event ID is old: the statechart starts a new one.
    if (!fresh.delete(self)) {
      sendBack({ type: 'transport.restarted' });
      return undefined;
    }

    if (transport.unsafe) sendBack({ type: 'transport.unsafe' });
    // The memory is the connection's: each attempt is an actor of its own.
    const owner = self._parent ?? self;
    const memory = memories.get(owner) ?? createMemory();
    memories.set(owner, memory);
    const carrier = carry(transport, options, input, memory, sendBack);
    receive(carrier.receive);
    return carrier.dispose;
  });
  return {
    ...logic,
    getInitialSnapshot(scope, input) {
      fresh.add(scope.self);
      return logic.getInitialSnapshot(scope, input);
    },
  };
}

/** Carries one stream after another for as long as the statechart wants one. */
function carry(
  transport: Transport,
  options: TransportActorOptions,
  input: TransportInput,
  memory: StreamMemory,
  send: (event: TransportEvent) => void,
) {
  const { parse = 'auto', connectTimeout = 15_000, idleTimeout = 0, refresh, jitter } = options;
  const { clock = systemClock, reportError = defaultReporter } = options;
  const closeOn = namesOf(options.closeOn ?? []);
  const refreshOn = namesOf(options.refreshOn ?? []);
  const parseBatch = batchParser(parse, reportError);
  let { backoff } = input;
  /** The request that has no stream yet, and the one whose stream is read. An aborted one is heard no more. */
  let asking: AbortController | undefined;
  let reading: AbortController | undefined;
  let renewing = false;
  let patience: unknown;
  /** A renewal that failed is not tried again before this, on the wall clock. */
  let renewAt = 0;

  const vigil = createVigil({
    clock,
    idleTimeout,
    memory,
    onIdle: (limit) => reading && lose(reading, exceeded('idle', 'idleTimeout', limit)),
    // While another stream is on its way there is nothing to ask for; but it may not come.
    onDoubt: () => (asking ? vigil.prove() : send({ type: 'transport.doubted' })),
  });

  function dispose(): void {
    vigil.stop();
    clock.clearTimeout(patience);
    asking?.abort();
    reading?.abort();
  }

  function ask(renew: boolean): void {
    clock.clearTimeout(patience);
    asking?.abort();
    const own = new AbortController();
    asking = own;
    renewing = renew;
    // One microtask later, only an actor that is still wanted sends a request: React's Strict Mode mounts,
    // unmounts and mounts again before that.
    queueMicrotask(() => {
      if (!own.signal.aborted) run(own).catch((cause) => lose(own, asConnectionError(cause)));
    });
  }

  async function run(own: AbortController): Promise<void> {
    const { signal } = own;
    if (connectTimeout > 0) {
      patience = clock.setTimeout(
        () => lose(own, exceeded('timeout', 'connectTimeout', connectTimeout)),
        connectTimeout,
      );
    }
    if (renewing && refresh) await refreshOnce(refresh, reportError);
    if (signal.aborted) return;
    if (renewing && reading && (transport.unsafe || memory.lastEventId === '')) {
      send({ type: 'transport.restarted' }); // the two streams may not run side by side
      return;
    }
    const request = memory.request();
    const { lastEventId: asked } = request;
    const stream = await transport(request, signal);
    // A transport that does not heed the signal may answer all the same.
    if (signal.aborted) return void (await stream[Symbol.asyncIterator]().return?.());

    clock.clearTimeout(patience);
    reading?.abort();
    reading = own;
    asking = undefined;
    memory.startStream();
    vigil.start();
    const { resumedAfter = asked } = stream;
    let { lastEventId } = memory;
    send({ type: 'transport.opened', at: clock.now() });
    if (asked !== '' && resumedAfter !== asked)
      send({ type: 'transport.gap', lastEventId: asked, resumedAfter });

    for await (const batch of stream) {
      if (signal.aborted) return;
      vigil.feed(batch);
      const news =
        batch.messages.length > 0 || batch.lastEventId !== lastEventId || batch.retry !== undefined;
      if (!news) continue;
      // The next stream brings it again, and could not tell it from news.
      if (asking && !memory.hasRoomFor(batch)) return giveWay(own);
      ({ lastEventId } = batch);
      if (deliver(batch))
        return finish(own, new ConnectionError('ended', farewell), { type: 'transport.ended', final: true });
    }
    lose(own, new ConnectionError('ended', 'The server ended the stream.'), { type: 'transport.ended' });
  }

  /** Tells whether the server closes the connection with a message of this batch: what follows it is not delivered. */
  function deliver(batch: MessageBatch): boolean {
    const last = closeOn.length > 0 ? batch.messages.findIndex(({ event }) => closeOn.includes(event)) : -1;
    const messages = last < 0 ? batch.messages : batch.messages.slice(0, last + 1);
    const lastEventId = batch.messages[last]?.id ?? batch.lastEventId;
    memory.remember({ messages, lastEventId, characters: batch.characters });
    send({ type: 'transport.messages', lastEventId, retry: batch.retry, messages: parseBatch(messages) });
    if (messages.some(({ event }) => refreshOn.includes(event))) send({ type: 'transport.expiring' });
    return last >= 0;
  }

  /** A request or its stream is over. Where there is another, that one goes on. */
  function lose(own: AbortController, error: ConnectionError, how?: Ending): void {
    if (own.signal.aborted) return;
    if (own === reading && asking) {
      giveWay(own);
    } else if (own === asking && reading && renewing) {
      // The credentials could not be renewed in time. The old ones are good for as long as they last.
      own.abort();
      clock.clearTimeout(patience);
      asking = undefined;
      renewAt = clock.now() + Math.max(backoff, error.retryAfter ?? 0);
    } else {
      finish(own, error, how);
    }
  }

  /** The stream is over, and the one that takes its place is still on its way. */
  function giveWay(own: AbortController): void {
    own.abort();
    vigil.stop();
    reading = undefined;
    send({ type: 'transport.lost' });
  }

  function finish(own: AbortController, error: ConnectionError, how: Ending = failed): void {
    if (own.signal.aborted) return;
    dispose();
    send({ ...how, error: toFailure(error), ...outcome() });
  }

  function outcome(): AttemptOutcome {
    return {
      at: clock.now(),
      random: clock.random(),
      jittered: ownJitter(),
      refreshable: Boolean(refresh),
      offline: isOffline(),
    };
  }

  function ownJitter(): number | undefined {
    try {
      const delay = typeof jitter === 'function' ? jitter(backoff) : undefined;
      if (delay === undefined || delay >= 0) return delay;
      throw new TypeError('`jitter` must return milliseconds.');
    } catch (error) {
      report(reportError, error);
      return undefined;
    }
  }

  memory.rewind(input.lastEventId);
  ask(input.refresh);

  return {
    dispose,
    receive(command: TransportCommand): void {
      if ('backoff' in command) ({ backoff } = command);
      if (command.type === 'budget.restored') memory.settleStream();
      if (command.type === 'stream.prove') vigil.prove();
      if (command.type !== 'stream.replace') return;
      // A server may say again and again that the credentials expire.
      if (!command.refresh || (!asking && clock.now() >= renewAt)) ask(command.refresh);
    },
  };
}

type Ending =
  | { readonly type: 'transport.failed' }
  | { readonly type: 'transport.ended'; readonly final?: boolean };

const failed: Ending = { type: 'transport.failed' };

const farewell = 'The server closed the connection with an event of `closeOn`.';
