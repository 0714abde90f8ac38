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
import { anyOf, callback, check, milliseconds, type Rules } from '../machines/rules.ts';
import { asConnectionError } from './network-error.ts';
import { batchParser, type Parse } from './parse.ts';
import { refreshOnce } from './refresh.ts';
import { defaultReporter, type ErrorReporter, report } from './report.ts';
import type { Transport } from './transport.ts';

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
  /** How long an open stream may be silent, in milliseconds; 0 for as long as it likes. @default 0 */
  readonly idleTimeout?: number | undefined;
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
  idleTimeout: milliseconds,
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
  const started = new WeakSet<object>();

  return fromCallback<TransportCommand, TransportInput>(({ input, self, sendBack, receive }) => {
    // The React binding stops an actor and starts it again with the input it had. Its stream is gone and its
    // last event ID is old: the statechart starts a new one.
    if (started.has(self)) {
      sendBack({ type: 'transport.restarted' });
      return undefined;
    }
    started.add(self);

    const attempt = startAttempt(transport, options, input, sendBack);
    receive(attempt.receive);
    return attempt.dispose;
  });
}

function startAttempt(
  transport: Transport,
  options: TransportActorOptions,
  input: TransportInput,
  send: (event: TransportEvent) => void,
) {
  const { parse = 'auto', connectTimeout = 15_000, idleTimeout = 0, refresh, jitter } = options;
  const { clock = systemClock, reportError = defaultReporter } = options;
  const controller = new AbortController();
  const { signal } = controller;
  const parseBatch = batchParser(parse, reportError);
  let { backoff } = input;
  let opened = false;
  let lastSign = 0;
  let watchdog: unknown;

  /** Once over, nothing of this attempt reaches the statechart: `signal.aborted` is the one thing that says so. */
  function dispose(): void {
    clock.clearTimeout(watchdog);
    controller.abort();
  }

  function finish(error: ConnectionError, type: 'failed' | 'ended' = 'failed'): void {
    if (signal.aborted) return;
    dispose();
    send({ type: `transport.${type}`, error: toFailure(error), ...outcome() });
  }

  function outcome(): AttemptOutcome {
    return {
      at: clock.now(),
      random: clock.random(),
      jittered: ownJitter(),
      unsafe: opened && transport.unsafe,
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

  /** One timer for the whole silence: a sign of life only moves the time that it looks at when it fires. */
  function watch(silence: number): void {
    if (idleTimeout === 0) return;
    watchdog = clock.setTimeout(() => {
      const quiet = clock.now() - lastSign;
      if (quiet >= idleTimeout) finish(exceeded('idle', 'idleTimeout', idleTimeout));
      else watch(idleTimeout - quiet);
    }, silence);
  }

  async function run(): Promise<void> {
    if (connectTimeout > 0) {
      watchdog = clock.setTimeout(
        () => finish(exceeded('timeout', 'connectTimeout', connectTimeout)),
        connectTimeout,
      );
    }
    if (input.refresh && refresh) await refreshOnce(refresh, reportError);
    if (signal.aborted) return;
    const stream = await transport({ lastEventId: input.lastEventId }, signal);
    // A transport that does not heed the signal may answer all the same.
    if (signal.aborted) return void (await stream[Symbol.asyncIterator]().return?.());
    clock.clearTimeout(watchdog);
    opened = true;
    lastSign = clock.now();
    watch(idleTimeout);
    send({ type: 'transport.opened', at: lastSign });

    let { lastEventId } = input;
    for await (const batch of stream) {
      if (signal.aborted) return;
      if (idleTimeout > 0) lastSign = clock.now();
      const news =
        batch.messages.length > 0 || batch.lastEventId !== lastEventId || batch.retry !== undefined;
      if (!news) continue;
      lastEventId = batch.lastEventId;
      send({ type: 'transport.messages', ...batch, messages: parseBatch(batch.messages) });
    }
    finish(new ConnectionError('ended', 'The server ended the stream.'), 'ended');
  }

  // One microtask later, only an actor that is still wanted sends a request: React's Strict Mode mounts,
  // unmounts and mounts again before that.
  queueMicrotask(() => {
    if (!signal.aborted) run().catch((cause) => finish(asConnectionError(cause)));
  });

  return {
    dispose,
    receive: (command: TransportCommand) => {
      ({ backoff } = command);
    },
  };
}
