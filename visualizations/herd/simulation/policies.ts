import { atPaceOf, backoffDelay, serverFloor, withinBounds } from '../../../machines/backoff.ts';
import { withJitter } from '../../../machines/jitter.ts';
import { type ConnectionSettings, completeSettings, type GivenSettings } from '../../../machines/settings.ts';

/** A policy: when a client that has lost its stream tries again. */
export interface Policy {
  /** Its name on the command line. */
  readonly id: string;
  /** Its name in tables and plots. */
  readonly title: string;
  /** Its waits, in words. */
  readonly waits: string;
  /** The source of its numbers; none for our own policy, whose code is run. */
  readonly source?: string;
  /** How many retries may follow the drop before the client gives up for good. */
  readonly maxRetries: number;
  /**
   * The wait after a failure, in milliseconds.
   *
   * @param retries How many retries came before.
   * @param previous The wait before this one, in milliseconds; 0 for the first.
   * @param random A draw from 0 (included) to 1 (excluded).
   */
  readonly delay: (retries: number, previous: number, random: number) => number;
}

/**
 * The statechart's own arithmetic with any settings: the functions that its `chargeRetry` calls.
 *
 * @param retry What the server asks clients to wait (the `retry:` of its streams), in milliseconds; null when it does not.
 */
export function ownPolicy(
  names: Pick<Policy, 'id' | 'title'>,
  given: GivenSettings = {},
  retry: number | null = null,
): Policy {
  const complete = completeSettings(given);
  const settings = atPaceOf(complete, retry);
  const floor = serverFloor(complete, noFailure, retry);
  return {
    ...names,
    waits: waitsOf(settings, floor),
    maxRetries: settings.maxRetries,
    delay(retries, previous, random) {
      const delay = backoffDelay(settings, retries);
      const drawn = Math.max(0, previous - floor); // the part of it that was up to chance
      return withinBounds(floor + withinBounds(withJitter(settings, { delay, random, previous: drawn })));
    },
  };
}

/** A failure without `Retry-After`. */
const noFailure = { kind: 'network', message: '' } as const;

/** The policy of a connection that is given no options: the one that all others are compared with. */
export const defaultPolicy = ownPolicy({ id: 'default', title: 'sse-machine' });

const own: readonly Policy[] = [
  defaultPolicy,
  ownPolicy({ id: 'forever', title: 'sse-machine, no limit' }, { maxRetries: Infinity }),
  ...(['equal', 'decorrelated', 'none'] as const).map((jitter) =>
    ownPolicy({ id: jitter, title: `sse-machine, ${jitter}` }, { jitter }),
  ),
];

/**
 * A constant delay and no jitter, for ever, with what each of them stands for:
 *
 * - 1 s is `@microsoft/fetch-event-source`: `DefaultRetryInterval` in its src/fetch.ts, whatever the failure was.
 * - 2 s is `eventsource-client`: `reconnectMs` in its src/client.ts.
 * - 3 s is `EventSource` in Chromium (`kDefaultReconnectDelay` in event_source.cc; `ScheduleReconnect` starts a timer
 *   of just that, and adds nothing), in WebKit, and the npm package `eventsource`.
 * - 5 s is `EventSource` in Firefox (`DEFAULT_RECONNECTION_TIME_VALUE` in dom/base/EventSource.cpp).
 *
 * Each number was read there (that of eventsource-client in a version before 1.0). The standard would allow more: to
 * "optionally, wait some more", or to back off exponentially.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#reestablish-the-connection
 */
const constant: readonly Policy[] = [
  constantly(1, 'fetch-event-source', 'https://github.com/Azure/fetch-event-source/blob/main/src/fetch.ts'),
  constantly(
    2,
    'eventsource-client',
    'https://github.com/rexxars/eventsource-client/blob/main/src/client.ts',
  ),
  constantly(3, 'EventSource, Chromium', chromiumSource()),
  constantly(
    5,
    'EventSource, Firefox',
    'https://searchfox.org/mozilla-central/source/dom/base/EventSource.cpp',
  ),
];

/**
 * The browser's own behind a proxy that answers 503 as long as the server is away. The drop is a network error and
 * waits 3 s; the 503 after it is a refusal (`AbortConnectionAttempt` in Chromium, "fail the connection" in the
 * standard), after which nothing is tried again. So it has one retry.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#fail-the-connection
 */
const nativeBehindProxy: Policy = {
  id: 'chromium-503',
  title: 'EventSource, 503',
  waits: '3 s, then gone at the first 503',
  source: chromiumSource(),
  maxRetries: 1,
  delay: () => 3_000,
};

/**
 * Socket.IO: 1 s doubled, ± up to a half, and only then cut at 5 s, so that from the fifth retry on everyone waits
 * exactly 5 s. One draw makes both the deviation and its sign. Read in `Backoff.duration` and in the defaults of
 * manager.ts: reconnectionDelay 1000, reconnectionDelayMax 5000, randomizationFactor 0.5, reconnectionAttempts
 * Infinity.
 *
 * @see https://github.com/socketio/socket.io/blob/main/packages/socket.io-client/lib/contrib/backo2.ts
 */
const socketIo: Policy = {
  id: 'socket.io',
  title: 'Socket.IO',
  waits: '1 s × 2, ± 50 %, then cut at 5 s',
  source: 'https://github.com/socketio/socket.io/blob/main/packages/socket.io-client/lib/contrib/backo2.ts',
  maxRetries: Infinity,
  delay(retries, _, random) {
    const whole = 1_000 * 2 ** retries;
    const deviation = Math.floor(random * 0.5 * whole);
    const isLess = Math.floor(random * 10) % 2 === 0;
    return Math.min(5_000, isLess ? whole - deviation : whole + deviation);
  },
};

/**
 * LaunchDarkly: 1 s doubled up to 30 s, minus up to a half; no limit of retries. Read in Backoff.ts of its browser
 * SDK; its Node SDK gives `launchdarkly-eventsource` the same numbers (`maxBackoffMillis`,
 * `jitterRatio` in NodeRequests.ts).
 *
 * @see https://github.com/launchdarkly/js-core/blob/main/packages/sdk/browser/src/platform/Backoff.ts
 */
const launchDarkly: Policy = {
  id: 'launchdarkly',
  title: 'LaunchDarkly',
  waits: '1 s × 2, cap 30 s, minus up to 50 %',
  source: 'https://github.com/launchdarkly/js-core/blob/main/packages/sdk/browser/src/platform/Backoff.ts',
  maxRetries: Infinity,
  delay(retries, _, random) {
    const whole = Math.min(30_000, 1_000 * 2 ** retries);
    return whole - Math.trunc(random * 0.5 * whole);
  },
};

/**
 * gRPC: 1 s × 1.6 up to 120 s, ± 20 %, but the first wait is 1 s without jitter. That is the algorithm of its
 * connection-backoff.md, and grpc-go does it to the letter (internal/backoff/backoff.go); gRPC's C++ core spreads the
 * first wait too (src/core/util/backoff.cc).
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/connection-backoff.md
 */
const grpc: Policy = {
  id: 'grpc',
  title: 'gRPC',
  waits: '1 s, then × 1.6 ± 20 %, cap 120 s',
  source: 'https://github.com/grpc/grpc/blob/master/doc/connection-backoff.md',
  maxRetries: Infinity,
  delay: (retries, _, random) =>
    retries === 0 ? 1_000 : Math.min(120_000, 1_000 * 1.6 ** retries) * (0.8 + 0.4 * random),
};

/** Every policy of the study, in the order of its tables. */
export const policies: readonly Policy[] = [
  ...own,
  launchDarkly,
  socketIo,
  grpc,
  ...constant,
  nativeBehindProxy,
];

/** @throws RangeError that names the policies there are. */
export function policyCalled(id: string): Policy {
  const policy = policies.find((known) => known.id === id);
  if (policy) return policy;
  throw new RangeError(
    `No policy is called '${id}'. There are ${policies.map((known) => known.id).join(', ')}.`,
  );
}

/** The least and the most that the first waits and the longest one can be, in seconds. */
function waitsOf(settings: ConnectionSettings, floor: number): string {
  const { maxRetries, maxRetryDelay, jitter } = settings;
  const limit = maxRetries === Infinity ? 'for ever' : `${maxRetries} retries`;
  const between = (delay: number, previous: number) => {
    const [least, most] = [0, 1].map(
      (random) => (floor + withJitter(settings, { delay, random, previous })) / 1_000,
    );
    return least === most ? `${least}` : `${least}–${most}`;
  };
  const first = [0, 1, 2].map((retries) => backoffDelay(settings, retries));
  if (jitter === 'decorrelated') return `${between(0, 0)} s, then to 3 × the last; ${limit}`;
  return `${first.map((delay) => between(delay, 0)).join(', ')}, … ${between(maxRetryDelay, 0)} s; ${limit}`;
}

function constantly(seconds: number, title: string, source: string): Policy {
  return {
    id: `constant-${seconds}`,
    title,
    waits: `${seconds} s, always`,
    source,
    maxRetries: Infinity,
    delay: () => seconds * 1_000,
  };
}

function chromiumSource(): string {
  const path = 'third_party/blink/renderer/modules/eventsource/event_source.cc';
  return `https://source.chromium.org/chromium/chromium/src/+/main:${path}`;
}
