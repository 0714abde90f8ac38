import { type CallbackActorLogic, fromCallback } from 'xstate';
import { type ConnectionClock, systemClock } from '../machines/clock.ts';
import type {
  AttemptOutcome,
  TransportCommand,
  TransportEvent,
  TransportInput,
} from '../machines/connection.ts';
import { ConnectionError } from '../machines/connection-error.ts';
import { isOffline } from '../machines/environment.ts';
import { callback, check, milliseconds, type Rules, withoutUndefined } from '../machines/rules.ts';
import { asConnectionError } from './network-error.ts';
import { batchParser, type Parse } from './parse.ts';
import { refreshOnce } from './refresh.ts';
import { defaultReporter, type ErrorReporter, guarded } from './report.ts';
import type { Transport } from './transport.ts';

/**
 * Makes the delay of a retry.
 *
 * @param delay The exponential delay, capped but not spread, in milliseconds.
 * @param retries How many retries were charged before this one.
 */
export type JitterFunction = (delay: number, retries: number) => number;

/** What goes on around a transport, whichever it is. */
export interface TransportActorOptions {
  /** How the text of a message becomes its data. @default 'auto' */
  readonly parse?: Parse | undefined;
  /**
   * Renews the credentials after a 401. Called once for all the connections that share the function and need
   * it at the same time; a second 401 in a row fails the connection.
   */
  readonly refresh?: (() => unknown) | undefined;
  /** Makes the delay of a retry, in place of the built-in jitter. */
  readonly jitter?: JitterFunction | undefined;
  /** How long the stream may take to be accepted, in milliseconds; 0 for as long as it likes. @default 15_000 */
  readonly connectTimeout?: number | undefined;
  /** How long an open stream may be silent, in milliseconds; 0 for as long as it likes. @default 0 */
  readonly idleTimeout?: number | undefined;
  /** Time and chance. @default the system's */
  readonly clock?: ConnectionClock | undefined;
  /** Where the faults of your own functions go. @default `reportError`, or the console where there is none */
  readonly reportError?: ErrorReporter | undefined;
}

export const transportActorDefaults = { parse: 'auto', connectTimeout: 15_000, idleTimeout: 0 } as const;

export const transportActorRules: Rules<Omit<TransportActorOptions, 'jitter' | 'clock'>> = {
  parse: {
    allowed: "'auto' | 'text' | a function",
    test: (value) => value === 'auto' || value === 'text' || typeof value === 'function',
  },
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
  const { parse, connectTimeout, idleTimeout } = { ...transportActorDefaults, ...withoutUndefined(options) };
  const { refresh, jitter, clock = systemClock, reportError = defaultReporter } = options;
  const controller = new AbortController();
  const { signal } = controller;
  const parseBatch = batchParser(parse, reportError);
  let { retries, backoff } = input;
  let opened = false;
  let lastSign = 0;
  let watchdog: unknown;

  /** Once over, nothing of this attempt reaches the statechart: `signal.aborted` is the one thing that says so. */
  function dispose(): void {
    clock.clearTimeout(watchdog);
    controller.abort();
  }

  function finish(error?: ConnectionError): void {
    if (signal.aborted) return;
    dispose();
    if (error) send({ type: 'transport.failed', error, ...outcome() });
    else send({ type: 'transport.ended', ...outcome() });
  }

  function outcome(): AttemptOutcome {
    const jittered = jitter && guarded(reportError, () => drawn(jitter(backoff, retries)));
    return {
      at: clock.now(),
      random: clock.random(),
      ...(jittered !== undefined && { jittered }),
      ...(opened && transport.unsafe && { unsafe: true }),
      ...(refresh && { refreshable: true }),
      ...(isOffline() && { offline: true }),
    };
  }

  /** One timer for the whole silence: a sign of life only moves the time that it looks at when it fires. */
  function watch(silence: number): void {
    if (idleTimeout === 0) return;
    watchdog = clock.setTimeout(() => {
      const quiet = clock.now() - lastSign;
      if (quiet >= idleTimeout) finish(tooQuiet(idleTimeout));
      else watch(idleTimeout - quiet);
    }, silence);
  }

  async function run(): Promise<void> {
    if (connectTimeout > 0) {
      watchdog = clock.setTimeout(() => finish(tooSlow(connectTimeout)), connectTimeout);
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
    finish();
  }

  // One microtask later, only an actor that is still wanted sends a request: React's Strict Mode mounts,
  // unmounts and mounts again before that.
  queueMicrotask(() => {
    if (!signal.aborted) run().catch((cause) => finish(asConnectionError(cause)));
  });

  return {
    dispose,
    receive: (command: TransportCommand) => {
      ({ retries, backoff } = command);
    },
  };
}

function drawn(delay: number): number {
  if (Number.isFinite(delay) && delay >= 0) return delay;
  throw new TypeError(
    '`jitter` must return a number of milliseconds, 0 or more; the built-in jitter stood in.',
  );
}

function tooSlow(connectTimeout: number): ConnectionError {
  return new ConnectionError(
    'timeout',
    `The server did not answer within ${connectTimeout} ms (connectTimeout).`,
  );
}

function tooQuiet(idleTimeout: number): ConnectionError {
  return new ConnectionError('idle', `Nothing arrived for ${idleTimeout} ms (idleTimeout).`);
}
