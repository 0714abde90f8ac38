import {
  assertEvent,
  assign,
  type CallbackActorLogic,
  emit,
  fromCallback,
  type SnapshotFrom,
  sendTo,
  setup,
} from 'xstate';
import { backoffDelay, serverFloor, withinBounds } from './backoff.ts';
import { type Failure, toFailure } from './connection-error.ts';
import { type EnvironmentEvent, fromEnvironment } from './environment.ts';
import { withJitter } from './jitter.ts';
import type { Message, MessageBatch } from './message.ts';
import { type Verdict, verdictOn } from './policy.ts';
import { type ConnectionSettings, completeSettings, type GivenSettings } from './settings.ts';

/** The five things that a connection can be doing, as a person would say it. */
export const connectionStatuses = ['connecting', 'open', 'backoff', 'failed', 'closed'] as const;

/** One of {@link connectionStatuses}. */
export type ConnectionStatus = (typeof connectionStatuses)[number];

/** Why nothing runs: the app closed it, the server ended it, or the page is hidden or frozen and comes back later. */
export type CloseReason = 'app' | 'ended' | 'paused';

/** What the statechart knows: plain, serialisable data, without functions, headers, tokens or URLs. */
export interface ConnectionContext {
  readonly settings: ConnectionSettings;
  /** The retries charged since the budget was last whole. */
  readonly retries: number;
  /** How long the present wait is, in milliseconds; null outside `backoff.waiting`. */
  readonly retryDelay: number | null;
  /** When the present wait ends, on the wall clock in milliseconds; null outside `backoff.waiting`. */
  readonly retryAt: number | null;
  /** The part of the last delay that was drawn, in milliseconds, for decorrelated jitter. */
  readonly previousBackoff: number;
  /** The earliest time that the server allows for the next request, on the wall clock in milliseconds. */
  readonly notBefore: number;
  /** The ID to resume after; empty when there is none. */
  readonly lastEventId: string;
  /** The reconnection time that the stream asked for (`retry:`), in milliseconds. */
  readonly serverRetry: number | null;
  /** Why the last attempt failed; null once a stream is open again. */
  readonly error: Failure | null;
  /** When the stream was accepted, on the wall clock in milliseconds; null while it is not open. */
  readonly openedAt: number | null;
  /** To send the request of this attempt again may repeat its effect (that of a POST, say). */
  readonly unsafe: boolean;
  /** The server said that the credentials of the stream are about to expire. */
  readonly expiring: boolean;
  /** When the last retry was charged, on the wall clock in milliseconds; null when it was given back. */
  readonly chargedAt: number | null;
  /** Why the connection is closed; null when it is not, or was never opened. */
  readonly closeReason: CloseReason | null;
  /** The attempt that runs follows a refresh of the credentials: another 401 would be the second in a row. */
  readonly refreshed: boolean;
}

/** What the statechart can be started with: any of its settings, and the event ID to resume after. */
export type ConnectionInput = GivenSettings & { readonly lastEventId?: string | undefined };

/**
 * The facts that come with the end of an attempt. Time and chance enter the statechart only here, with the
 * events, so that the same events always give the same run.
 */
export interface AttemptOutcome {
  /** The wall clock, in milliseconds. */
  readonly at: number;
  /** A draw from 0 (included) to 1 (excluded), for the jitter. */
  readonly random: number;
  /** The delay in milliseconds that a jitter function of the app made, used in place of `random`. */
  readonly jittered?: number | undefined;
  /** There is a function that can refresh the credentials. */
  readonly refreshable?: boolean | undefined;
  /** The platform knows that there is no network. */
  readonly offline?: boolean | undefined;
}

/** What the server admits to have lost: the events between two IDs, or so it is to be feared. */
export interface Gap {
  /** The ID that was asked for. */
  readonly lastEventId: string;
  /** What the server says instead: the ID after which it resumes, or a word of its own. */
  readonly resumedAfter: string;
}

/** What the transport actor reports. */
export type TransportEvent =
  /** To send the request of this attempt again may repeat its effect. */
  | { readonly type: 'transport.unsafe' }
  /** A stream was accepted: the first of this attempt, or one that takes the place of the stream before. */
  | { readonly type: 'transport.opened'; readonly at: number }
  | ({ readonly type: 'transport.messages' } & MessageBatch)
  | ({ readonly type: 'transport.failed'; readonly error: Failure } & AttemptOutcome)
  /** `final`: the server said that there is nothing more to come. */
  | ({
      readonly type: 'transport.ended';
      readonly error: Failure;
      readonly final?: boolean | undefined;
    } & AttemptOutcome)
  | ({ readonly type: 'transport.gap' } & Gap)
  /** The server said that the credentials are about to expire. */
  | { readonly type: 'transport.expiring' }
  /** The stream gave no sign of life when it should have. */
  | { readonly type: 'transport.doubted' }
  /** The stream broke while the one that takes its place is still on its way. */
  | { readonly type: 'transport.lost' }
  /** The actor was started a second time, under a restored snapshot: its stream is gone, nobody failed. */
  | { readonly type: 'transport.restarted' };

/** What the app asks for. `lastEventId` is the ID of the last message that reached the app. */
export type ConnectionCommand =
  | { readonly type: 'open' }
  | { readonly type: 'close'; readonly lastEventId?: string | undefined }
  | { readonly type: 'reconnect' };

export type ConnectionEvent = ConnectionCommand | TransportEvent | EnvironmentEvent;

/** What the statechart announces, through `actor.on(type, listener)`. */
export type ConnectionEmitted =
  | { readonly type: 'messages'; readonly messages: readonly Message[]; readonly lastEventId: string }
  | { readonly type: 'opened' }
  | ({ readonly type: 'gap' } & Gap)
  | {
      readonly type: 'failure';
      readonly error: Failure;
      readonly retries: number;
      /** The delay that was chosen, in milliseconds; null when the attempt waits for nothing but the network. */
      readonly retryDelay: number | null;
      readonly retryAt: number | null;
    }
  | { readonly type: 'gaveUp'; readonly error: Failure }
  | { readonly type: 'closed'; readonly reason: CloseReason };

/** What the transport actor is started with, at every attempt. */
export interface TransportInput {
  readonly lastEventId: string;
  /** Refresh the credentials before the request. */
  readonly refresh: boolean;
  /** What the next retry would wait before jitter, in milliseconds. */
  readonly backoff: number;
}

/** What the transport actor is told while it runs; `backoff` as in {@link TransportInput}. */
export type TransportCommand =
  /** The retry budget is whole again. */
  | { readonly type: 'budget.restored'; readonly backoff: number }
  /**
   * Open another stream, with fresh credentials if asked, and drop this one only when that one is open; without
   * an event ID, or with an unsafe method, only when the credentials are there.
   */
  | { readonly type: 'stream.replace'; readonly refresh: boolean; readonly backoff: number }
  /** The network has changed: see whether the stream is still alive. */
  | { readonly type: 'stream.prove' };

/**
 * What follows when an attempt ends, whoever ended it. The first row that holds is taken.
 */
const afterAnAttempt = [
  { guard: 'isFinished', target: '#connection.closed', actions: ['recordEnd', 'announceClosed'] },
  {
    guard: 'canRefresh',
    target: '#connection.live',
    reenter: true,
    actions: ['recordFailure', 'spendRefresh', 'announceFailure'],
  },
  { guard: 'isRefused', target: '#connection.failed', actions: ['recordFailure', 'announceGaveUp'] },
  {
    guard: 'isOffline',
    target: '#connection.backoff.offline',
    actions: ['recordFailure', 'announceFailure'],
  },
  {
    guard: 'isExhausted',
    target: '#connection.failed',
    actions: ['recordFailure', 'recordExhaustion', 'announceGaveUp'],
  },
  { target: '#connection.backoff', actions: ['recordFailure', 'chargeRetry', 'announceFailure'] },
] as const;

/** What follows when the page is hidden while the connection has something to do. */
const onceHidden = {
  guard: 'pausesWhenHidden',
  target: '#connection.closed.paused',
  actions: ['recordPause', 'announceClosed'],
} as const;

/** What follows when the page is frozen, and can read nothing until it is resumed. */
const onceFrozen = { ...onceHidden, guard: 'mayRepeat' } as const;

/** What follows when something suggests that an attempt may succeed now. The budget stays as it is. */
const onceWelcome = [
  { guard: 'isWelcome', target: '#connection.live' },
  { target: '#connection.backoff.waiting', reenter: true, actions: 'waitUntilWelcome' },
] as const;

/** The same for a connection that gave up: only an exhausted budget is worth another try. */
const onceWelcomeIfExhausted = [{ guard: 'wasRefused' }, ...onceWelcome] as const;

/** Puts another stream in the place of the one that is open; both run until that one is. */
const replace = { type: 'replaceStream', params: { refresh: false } } as const;

/** The same, with fresh credentials. */
const renew = { type: 'replaceStream', params: { refresh: true } } as const;

/** How long after a failure a platform may tell that the network is gone, in milliseconds. */
const offlineNotice = 1_000;

/** A retry budget with nothing charged to it. */
const wholeBudget = { retries: 0, previousBackoff: 0, chargedAt: null };

/**
 * A Server-Sent Events connection.
 *
 * Provide its transport before use:
 * `connectionMachine.provide({ actors: { transport: fromTransport(fetchTransport({ url })) } })`.
 */
export const connectionMachine = setup({
  types: {} as {
    context: ConnectionContext;
    events: ConnectionEvent;
    emitted: ConnectionEmitted;
    input: ConnectionInput | undefined;
    tags: ConnectionStatus;
  },
  actors: {
    transport: missingTransport(),
    environment: fromEnvironment(),
  },
  guards: {
    isImmediate: ({ context }) => context.settings.immediate && context.closeReason === null,
    carriesMessages: ({ event }) => event.type === 'transport.messages' && event.messages.length > 0,
    isFinished: ({ context, event }) =>
      verdictFor(context, event) === 'stop' ||
      (event.type === 'transport.ended' && (event.final === true || context.unsafe)),
    canRefresh: ({ context, event }) =>
      verdictFor(context, event) === 'refresh' && outcomeOf(event).refreshable === true && !context.refreshed,
    isRefused: ({ context, event }) => verdictFor(context, event) !== 'retry' || !mayResume(context),
    isOffline: ({ event }) => outcomeOf(event).offline === true,
    // `Infinity` comes out of JSON as null.
    isExhausted: ({ context }) => context.retries >= (context.settings.maxRetries ?? Infinity),
    wasRefused: ({ context }) => context.error?.kind !== 'exhausted',
    isWelcome: ({ context, event }) => {
      const wait = context.notBefore - timeOf(event);
      // No server can ask for more than `maxRetryAfter`: a longer wait is a clock that was set back.
      return wait <= 0 || wait > context.settings.maxRetryAfter;
    },
    pausesWhenHidden: ({ context }) => context.settings.pauseWhenHidden,
    staysHidden: ({ context, event }) =>
      context.settings.pauseWhenHidden && event.type === 'page.resumed' && event.hidden === true,
    mayRepeat: ({ context }) => mayRepeat(context),
    mayResume: ({ context }) => mayResume(context),
    // Without an ID, what arrives on both streams could not be told apart.
    canOverlap: ({ context: { unsafe, lastEventId } }) => !unsafe && lastEventId !== '',
    expires: ({ context }) => context.expiring && mayRepeat(context),
    wasChargedJustNow: ({ context, event }) =>
      context.error?.kind === 'network' &&
      context.chargedAt !== null &&
      timeOf(event) - context.chargedAt <= offlineNotice,
  },
  delays: {
    retryDelay: ({ context }) => context.retryDelay ?? 0,
    stableAfter: ({ context }) => context.settings.stableAfter,
  },
  actions: {
    recordOpened: assign(({ event }) => {
      assertEvent(event, 'transport.opened');
      return { openedAt: event.at, error: null, refreshed: false, expiring: false };
    }),
    recordBatch: assign(({ context, event }) => {
      assertEvent(event, 'transport.messages');
      const serverRetry = event.retry === undefined ? context.serverRetry : withinBounds(event.retry);
      return { lastEventId: event.lastEventId, serverRetry };
    }),
    recordExpiry: assign({ expiring: true }),
    recordFailure: assign(({ context, event }) => recordFailure(context, event)),
    recordDrop: assign({
      error: {
        kind: 'network',
        message: 'The stream was dropped. To repeat its request may repeat its effect.',
      },
    }),
    recordExhaustion: assign(({ context: { error, retries } }) => ({
      error: error && {
        ...error,
        kind: 'exhausted' as const,
        message: `Gave up after ${retries} retries. ${error.message}`,
      },
    })),
    recordEnd: assign({ closeReason: 'ended', error: null }),
    recordClose: assign(({ context, event }) => {
      assertEvent(event, 'close');
      return { closeReason: 'app' as const, lastEventId: event.lastEventId ?? context.lastEventId };
    }),
    recordPause: assign({ closeReason: 'paused' }),
    chargeRetry: assign(({ context, event }) => {
      const { at, random, jittered } = outcomeOf(event);
      const delay = backoffDelay(context.settings, context.retries);
      const previous = context.previousBackoff;
      const drawn = withinBounds(jittered ?? withJitter(context.settings, { delay, random, previous }));
      const floor = context.notBefore - at;
      const retries = context.retries + 1;
      return { retries, previousBackoff: drawn, chargedAt: at, ...waitFrom(at, floor + drawn) };
    }),
    giveBackRetry: assign(({ context }) => ({ retries: context.retries - 1, chargedAt: null })),
    waitUntilWelcome: assign(({ context, event }) => {
      const at = timeOf(event);
      return waitFrom(at, context.notBefore - at);
    }),
    endWait: assign({ retryDelay: null, retryAt: null }),
    spendRefresh: assign({ refreshed: true }),
    recordUnsafe: assign({ unsafe: true }),
    leaveLive: assign({ unsafe: false }),
    leaveOpen: assign({ openedAt: null, expiring: false }),
    leaveClosed: assign({ closeReason: null }),
    startAfresh: assign({ ...wholeBudget, notBefore: 0, error: null, refreshed: false }),
    restoreBudget: assign(wholeBudget),
    tellTransport: sendTo('transport', ({ context }) => ({
      type: 'budget.restored' as const,
      backoff: backoffDelay(context.settings, context.retries),
    })),
    replaceStream: sendTo('transport', ({ context }, { refresh }: { refresh: boolean }) => ({
      type: 'stream.replace' as const,
      refresh,
      backoff: backoffDelay(context.settings, context.retries),
    })),
    forgetExpiry: assign({ expiring: false }),
    askForProof: sendTo('transport', { type: 'stream.prove' }),
    announceOpened: emit({ type: 'opened' }),
    announceGap: emit(({ event }) => {
      assertEvent(event, 'transport.gap');
      return { ...event, type: 'gap' as const };
    }),
    announceMessages: emit(({ event }) => {
      assertEvent(event, 'transport.messages');
      return { type: 'messages' as const, messages: event.messages, lastEventId: event.lastEventId };
    }),
    announceFailure: emit(({ context, event }) => ({
      type: 'failure' as const,
      error: context.error ?? outcomeOf(event).error,
      retries: context.retries,
      retryDelay: context.retryDelay,
      retryAt: context.retryAt,
    })),
    announceGaveUp: emit(({ context, event }) => ({
      type: 'gaveUp' as const,
      error: context.error ?? outcomeOf(event).error,
    })),
    announceClosed: emit(({ context }) => ({
      type: 'closed' as const,
      reason: context.closeReason ?? 'app',
    })),
  },
}).createMachine({
  id: 'connection',
  context: ({ input }) => initialContext(input),
  initial: 'closed',
  on: {
    close: { target: '.closed', actions: ['recordClose', 'announceClosed'] },
    reconnect: { target: '.live', actions: 'startAfresh' },
  },
  states: {
    /** A transport is running; leaving this state by any road disposes of it. */
    live: {
      invoke: [
        { src: 'environment' },
        {
          id: 'transport',
          src: 'transport',
          input: ({ context }): TransportInput => ({
            lastEventId: context.lastEventId,
            refresh: context.refreshed,
            backoff: backoffDelay(context.settings, context.retries),
          }),
        },
      ],
      exit: 'leaveLive',
      on: {
        'transport.failed': afterAnAttempt,
        'transport.ended': afterAnAttempt,
        'transport.restarted': [
          { guard: 'mayResume', target: 'live', reenter: true },
          { target: 'failed', actions: ['recordDrop', 'announceGaveUp'] },
        ],
        'transport.unsafe': { actions: 'recordUnsafe' },
        'transport.gap': { actions: 'announceGap' },
        'page.hidden': onceHidden,
        'page.frozen': onceFrozen,
      },
      initial: 'connecting',
      states: {
        /** The request is on its way; there is no stream yet. */
        connecting: {
          tags: 'connecting',
          on: { 'transport.opened': { target: 'open', actions: ['recordOpened', 'announceOpened'] } },
        },
        /** The stream is accepted and messages arrive. */
        open: {
          tags: 'open',
          exit: 'leaveOpen',
          on: {
            'transport.messages': [
              { guard: 'carriesMessages', actions: ['recordBatch', 'announceMessages'] },
              { actions: 'recordBatch' },
            ],
            'transport.opened': { target: '.fresh', actions: ['recordOpened', 'announceOpened'] },
            'transport.expiring': { actions: 'recordExpiry' },
            'transport.doubted': [
              { guard: 'canOverlap', actions: replace },
              { guard: 'mayRepeat', target: '#connection.live' },
            ],
            'transport.lost': 'connecting',
            'network.online': { actions: 'askForProof' },
            reconnect: { guard: 'canOverlap', actions: ['startAfresh', replace] },
          },
          initial: 'fresh',
          states: {
            /** Accepted a moment ago: a server that accepts and drops is still charged for it. */
            fresh: { after: { stableAfter: 'stable' } },
            /** Open for long enough to be trusted: the retry budget is whole again. */
            stable: {
              entry: ['restoreBudget', 'tellTransport'],
              always: { guard: 'expires', actions: ['forgetExpiry', renew] },
            },
          },
        },
      },
    },
    /** Waiting to try again. */
    backoff: {
      tags: 'backoff',
      invoke: { src: 'environment' },
      exit: 'endWait',
      on: {
        'page.hidden': onceHidden,
        'page.frozen': onceFrozen,
      },
      initial: 'waiting',
      states: {
        /** A timer runs until the next attempt. */
        waiting: {
          after: { retryDelay: '#connection.live' },
          on: {
            'network.offline': [
              { guard: 'wasChargedJustNow', target: 'offline', actions: ['giveBackRetry', 'endWait'] },
              { target: 'offline', actions: 'endWait' },
            ],
            'network.online': onceWelcome,
            'page.visible': onceWelcome,
            'page.resumed': onceWelcome,
          },
        },
        /** No timer: the network has to come back first. */
        offline: { on: { 'network.online': onceWelcome } },
      },
    },
    /** Gave up: `context.error` says why. */
    failed: {
      tags: 'failed',
      invoke: { src: 'environment' },
      on: {
        open: { target: 'live', actions: 'startAfresh' },
        'network.online': onceWelcomeIfExhausted,
        'page.visible': onceWelcomeIfExhausted,
        'page.resumed': onceWelcomeIfExhausted,
      },
    },
    /** Nothing runs: `context.closeReason` says why. */
    closed: {
      tags: 'closed',
      exit: 'leaveClosed',
      on: { open: { target: 'live', actions: 'startAfresh' } },
      initial: 'inactive',
      states: {
        /** Not opened yet, closed by the app, or ended by the server: only the app can open it. */
        inactive: {
          always: { guard: 'isImmediate', target: '#connection.live' },
          on: { close: { actions: 'recordClose' } },
        },
        /** Closed while the page is hidden or frozen. */
        paused: {
          invoke: { src: 'environment' },
          on: { 'page.visible': onceWelcome, 'page.resumed': [{ guard: 'staysHidden' }, ...onceWelcome] },
        },
      },
    },
  },
});

/** What the connection is doing, of a snapshot of {@link connectionMachine}. */
export function selectStatus(snapshot: SnapshotFrom<typeof connectionMachine>): ConnectionStatus {
  const [status = 'closed'] = snapshot.tags as ReadonlySet<ConnectionStatus>; // the chart has no other tags
  return status;
}

function initialContext(input: ConnectionInput = {}): ConnectionContext {
  return {
    settings: completeSettings(input),
    ...wholeBudget,
    retryDelay: null,
    retryAt: null,
    notBefore: 0,
    lastEventId: input.lastEventId ?? '',
    serverRetry: null,
    error: null,
    openedAt: null,
    unsafe: false,
    expiring: false,
    closeReason: null,
    refreshed: false,
  };
}

/** Whether the request may be sent again although nobody knows what it has done so far. */
function mayRepeat({ unsafe, settings, lastEventId }: ConnectionContext): boolean {
  return !unsafe || settings.retryUnsafe || lastEventId !== '';
}

/** Whether it may be sent again now that it is over: one that was never accepted may. */
function mayResume(context: ConnectionContext): boolean {
  return context.openedAt === null || mayRepeat(context);
}

function outcomeOf(event: ConnectionEvent): AttemptOutcome & { readonly error: Failure } {
  assertEvent(event, ['transport.failed', 'transport.ended']);
  return event;
}

function verdictFor(context: ConnectionContext, event: ConnectionEvent): Verdict {
  return verdictOn(outcomeOf(event).error, context.settings.policy);
}

function recordFailure(context: ConnectionContext, event: ConnectionEvent) {
  const { at, error } = outcomeOf(event);
  const floor = serverFloor(context.settings, error, context.serverRetry);
  return { error: toFailure(error), notBefore: at + floor, refreshed: false };
}

function timeOf(event: ConnectionEvent): number {
  return 'at' in event ? event.at : 0;
}

function waitFrom(at: number, delay: number): Pick<ConnectionContext, 'retryDelay' | 'retryAt'> {
  const retryDelay = withinBounds(delay);
  return { retryDelay, retryAt: at + retryDelay };
}

/** Stands where the transport belongs, and says so as soon as it is started. */
function missingTransport(): CallbackActorLogic<TransportCommand, TransportInput> {
  return fromCallback(({ sendBack }) => {
    const message = 'Provide a transport: connectionMachine.provide({ actors: { transport } }).';
    sendBack({ type: 'transport.failed', error: { kind: 'invalid', message }, at: 0, random: 0 });
  });
}
