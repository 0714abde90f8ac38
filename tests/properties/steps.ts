import fc from 'fast-check';
import { failureKinds } from '../../machines/connection-error.ts';
import type { EnvironmentEvent } from '../../machines/environment.ts';
import { jitterKinds } from '../../machines/jitter.ts';
import { verdicts } from '../../machines/policy.ts';
import type { ConnectionSettings } from '../../machines/settings.ts';

export type Signal = EnvironmentEvent['type'];

/** A failure without its sentence. */
export interface Fault {
  readonly kind: Exclude<(typeof failureKinds)[number], 'exhausted'>;
  readonly status?: number;
  readonly retryAfter?: number;
  readonly unsent?: boolean;
}

/** Facts that are true when an attempt ends. */
export interface Facts {
  readonly random: number;
  readonly jittered?: number | undefined;
  readonly refreshable?: boolean | undefined;
  readonly offline?: boolean | undefined;
}

/** A word of a transport. */
export type Word =
  | { readonly say: 'ready'; readonly unsafe: boolean; readonly resumable: boolean }
  | { readonly say: 'accept' }
  | {
      readonly say: 'deliver';
      readonly ids: readonly string[];
      readonly id: string;
      readonly retry?: number;
      /** The name of the last event. */
      readonly name?: EventName;
    }
  | { readonly say: 'fail'; readonly fault: Fault; readonly facts: Facts }
  | {
      readonly say: 'end';
      readonly facts: Facts;
      readonly final: boolean | undefined;
      readonly hadMessages: boolean;
    }
  | { readonly say: Remark };

/** A word that comes without details. */
export type Remark = 'restart' | 'expire' | 'alive' | 'oversleep' | 'overrun' | 'move' | 'progress';

/** Which of the streams says a word: the newest, the one that it is to replace, or one that is over. */
export type Speaker = 'newest' | 'replaced' | 'over';

export type EventName = 'message' | 'expiring' | 'bye';

/** A command of the app; only some commands have an ID. */
export interface Command {
  readonly ask: 'open' | 'reconnect' | 'close' | 'move' | 'suspend' | 'resume';
  readonly lastEventId?: string;
}

/** A step: something that can happen to a connection. */
export type Step =
  | Command
  | (Word & { readonly by: Speaker })
  /** The next attempts answer as soon as they start. */
  | { readonly prepare: readonly Word[] }
  | { readonly signal: Signal }
  | { readonly wait: number }
  /** As long as it takes until the next timer fires. */
  | { readonly wait: 'due' };

export const longest = 2 ** 31 - 1;

const delay = fc.oneof(
  fc.constantFrom(0, 1, 2, 999, 1_000, 30_000, longest),
  fc.nat(10_000),
  fc.double({ min: 0, max: 5_000, noNaN: true }),
);

const eventId = fc.constantFrom('', '1', '2', 'żółć', 'a b');

export const settings: fc.Arbitrary<ConnectionSettings> = fc.record({
  maxRetries: fc.constantFrom(0, 1, 2, 3, 8, 8, Infinity, Infinity),
  retryDelay: delay,
  maxRetryDelay: delay,
  retryFactor: fc.constantFrom(1, 1.5, 2, 10, Number.MAX_VALUE),
  jitter: fc.constantFrom(...jitterKinds),
  maxRetryAfter: fc.constantFrom(0, 1_000, 300_000, longest),
  stableAfter: fc.constantFrom(0, 1, 700, 5_000, longest),
  pauseWhenHidden: fc.boolean(),
  retryUnsafe: fc.boolean(),
  policy: fc.oneof(
    { weight: 2, arbitrary: fc.constant({}) },
    fc.dictionary(
      fc.constantFrom(
        '401',
        '404',
        '410',
        '503',
        '4xx',
        '5xx',
        '2xx',
        'network',
        'ended',
        'unauthorized',
        'http',
      ),
      fc.constantFrom(...verdicts),
      { maxKeys: 3, noNullPrototype: true },
    ),
  ),
  immediate: fc.boolean(),
});

/** Options that an app can give besides the settings, and how well its functions behave. */
export const around = fc.record({
  unsafe: sometimes(),
  resumable: sometimes(),
  heedsItsSignal: fc.boolean(),
  connectTimeout: fc.constantFrom(0, 1, 700, 15_000),
  // A quarter of a millisecond: so that it never falls together with another time, when either may come first.
  idleTimeout: fc.constantFrom(0, 1.25, 5_000.25, 60_000.25),
  jitter: fc.constantFrom('none' as const, 'none' as const, 'throws' as const, 0, 77, 1e12, -1, Number.NaN),
  refresh: fc.constantFrom('none', 'resolves', 'resolves', 'rejects', 'throws'),
});

export type Around = typeof around extends fc.Arbitrary<infer Value> ? Value : never;

const retryable: fc.Arbitrary<Fault> = fc.record(
  {
    kind: fc.constantFrom('http' as const, 'network' as const),
    status: fc.constantFrom(503, 500, 429),
    retryAfter: fc.constantFrom(1, 2_000, 60_000, 301_000),
  },
  { requiredKeys: ['kind', 'status'] },
);

const anyFault: fc.Arbitrary<Fault> = fc.record(
  {
    // The word `exhausted` is the statechart's own.
    kind: fc.constantFrom(...failureKinds.filter((kind) => kind !== 'exhausted')),
    status: fc.constantFrom(
      200,
      204,
      304,
      400,
      401,
      403,
      404,
      408,
      409,
      410,
      425,
      429,
      500,
      502,
      503,
      504,
      599,
    ),
    retryAfter: fc.oneof(fc.constantFrom(0, 1, 1e12), fc.nat(400_000)),
  },
  { requiredKeys: ['kind'] },
);

const unauthorized: fc.Arbitrary<Fault> = fc.constant({ kind: 'unauthorized', status: 401 });

export const fault = fc.oneof({ weight: 4, arbitrary: retryable }, anyFault, {
  weight: 2,
  arbitrary: unauthorized,
});

const chance = fc.oneof(
  fc.constantFrom(0, 0.5, 1 - 2 ** -53),
  fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
);

const facts: fc.Arbitrary<Facts> = fc.record({
  random: chance,
  jittered: fc.option(fc.constantFrom(0, 1, 77, 1e12, Infinity), { nil: undefined, freq: 8 }),
  refreshable: fc.boolean(),
  offline: sometimes(),
});

const words = {
  accept: fc.constant<Word>({ say: 'accept' }),
  deliver: fc.record(
    {
      say: fc.constant('deliver' as const),
      ids: fc.array(eventId, { maxLength: 2 }),
      id: eventId,
      retry: fc.constantFrom(0, 10, 4_000, 1e12),
      name: fc.constantFrom<EventName>('message', 'expiring', 'expiring', 'bye'),
    },
    { requiredKeys: ['say', 'ids', 'id'] },
  ),
  fail: fc.record({ say: fc.constant('fail' as const), fault, facts }),
  end: fc.record({
    say: fc.constant('end' as const),
    facts,
    final: fc.option(sometimes(), { nil: undefined }),
    hadMessages: fc.boolean(),
  }),
  ready: fc.record({ say: fc.constant('ready' as const), unsafe: sometimes(), resumable: fc.boolean() }),
  remark: fc.constantFrom<Remark>(
    'restart',
    'expire',
    'expire',
    'alive',
    'oversleep',
    'oversleep',
    'overrun',
    'move',
    'progress',
  ),
};

const word: fc.Arbitrary<Word> = fc.oneof(
  { weight: 5, arbitrary: words.accept },
  { weight: 2, arbitrary: words.deliver },
  { weight: 6, arbitrary: words.fail },
  { weight: 3, arbitrary: words.ready },
  words.end,
);

/** A failure at once must not be followed by another at the same moment: nobody could look at the wait between. */
const promptWord = word.map(
  (said): Word =>
    said.say === 'fail' || said.say === 'end' ? { ...said, facts: { ...said.facts, jittered: 77 } } : said,
);

const signals: Signal[] = [
  'network.online',
  'network.offline',
  'page.hidden',
  'page.visible',
  'page.frozen',
  'page.resumed',
];

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 16,
    arbitrary: fc
      .tuple(word, fc.constantFrom<Speaker>('newest', 'newest', 'newest', 'newest', 'replaced', 'over'))
      .map(([said, by]) => ({ ...said, by })),
  },
  { weight: 10, arbitrary: fc.constant<Step>({ wait: 'due' }) },
  { weight: 2, arbitrary: fc.record({ wait: fc.oneof(fc.nat(20), fc.nat(6_000), fc.nat(400_000)) }) },
  { weight: 4, arbitrary: fc.record({ signal: fc.constantFrom(...signals) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      ask: fc.constantFrom(
        'open' as const,
        'open' as const,
        'reconnect' as const,
        'move' as const,
        'resume' as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record(
      {
        ask: fc.constantFrom('close' as const, 'suspend' as const, 'suspend' as const, 'reconnect' as const),
        lastEventId: eventId,
      },
      { requiredKeys: ['ask'] },
    ),
  },
  fc.record({ prepare: fc.array(promptWord, { minLength: 1, maxLength: 2 }) }),
  {
    weight: 3,
    arbitrary: fc
      .tuple(words.remark, fc.constantFrom<Speaker>('newest', 'newest', 'replaced'))
      .map(([say, by]) => ({ say, by })),
  },
);

export const steps = fc.array(step, { minLength: 1, maxLength: 80, size: 'max' });

function sometimes(): fc.Arbitrary<boolean> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true));
}
