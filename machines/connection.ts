import {
  type Actor,
  type AnyActor,
  type AnyActorRef,
  assertEvent,
  assign,
  emit,
  enqueueActions,
  type SnapshotFrom,
  sendTo,
  setup,
} from 'xstate';
import { atPaceOf, backoffDelay, serverFloor, withinBounds } from './backoff.ts';
import { type Failure, toFailure } from './connection-error.ts';
import { type EnvironmentEvent, fromEnvironment } from './environment.ts';
import { withJitter } from './jitter.ts';
import type { Message, MessageBatch } from './message.ts';
import { undone, type Verdict, verdictOn } from './policy.ts';
import { fromRevivable, type Revivable } from './revivable.ts';
import { type ConnectionSettings, completeSettings, type GivenSettings } from './settings.ts';

/** The statuses of a connection. At every moment it has exactly one. */
export const connectionStatuses = ['connecting', 'open', 'backoff', 'failed', 'closed'] as const;

/** One of {@link connectionStatuses}. */
export type ConnectionStatus = (typeof connectionStatuses)[number];

/**
 * Why the connection is closed: the app closed it, the server ended it for good, or it is paused because the page is
 * hidden or frozen.
 */
export type CloseReason = 'app' | 'ended' | 'paused';

/** The context of the statechart: plain, serialisable data, without functions, headers, tokens or URLs. */
export interface ConnectionContext {
  /** The settings, with the defaults filled in. */
  readonly settings: ConnectionSettings;
  /** The retries charged since the budget was last whole. */
  readonly retries: number;
  /** How long the present wait is, in milliseconds; null outside `backoff`. */
  readonly retryDelay: number | null;
  /** When the present wait ends, on the wall clock in milliseconds; null outside `backoff`. */
  readonly retryAt: number | null;
  /** The random part of the last delay, in milliseconds. Decorrelated jitter depends on it. */
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
  /** How many requests were made. The number of a request is also that of its stream. */
  readonly attempts: number;
  /** The number of the stream that is open; null when there is none. */
  readonly stream: number | null;
  /**
   * Whether the request of this attempt may be sent again. `always`: yes. `resumed`: only as a safe request, when
   * there is an event ID to resume after. `never`: no, because that may repeat its effect (that of a POST, say).
   */
  readonly repeatable: 'always' | 'resumed' | 'never';
  /**
   * The state of the credentials. `refreshed`: the attempt follows a refresh, so another 401 would be the second in a
   * row. `expiring`: the server said that they are about to expire. `unrenewable`: a renewal failed while this stream
   * was open.
   */
  readonly credentials: 'good' | 'refreshed' | 'expiring' | 'unrenewable';
  /**
   * `proofTime`: how long a doubted stream has for a sign of life, in milliseconds. `lost`: how many requests to
   * replace it failed in a row.
   */
  readonly doubt: { readonly proofTime: number; readonly lost: number };
  /** A stream without event IDs was lost, so nobody can know which events were missed. */
  readonly mayHaveMissed: boolean;
  /**
   * When the last retry was charged, on the wall clock in milliseconds; null when none is, or when it was given back.
   */
  readonly chargedAt: number | null;
  /** Why the connection is closed; null when it is not closed, or was never opened. */
  readonly closeReason: CloseReason | null;
}

/** The input of the statechart: any of its settings, and the event ID to resume after. */
export type ConnectionInput = GivenSettings & { readonly lastEventId?: string | undefined };

/**
 * The facts that come with the end of an attempt. Time and chance enter the statechart only with the events, so that
 * the same events always give the same run.
 */
export interface AttemptOutcome {
  /** The wall clock, in milliseconds. */
  readonly at: number;
  /** A draw from 0 (included) to 1 (excluded), for the jitter. */
  readonly random: number;
  /** The app's jitter function, used in place of `random`. Takes and returns milliseconds. It must not throw. */
  readonly jitter?: ((delay: number) => number | undefined) | undefined;
  /** There is a function that can refresh the credentials. */
  readonly refreshable?: boolean | undefined;
  /** The platform believes that there is no network. */
  readonly offline?: boolean | undefined;
}

/** Events may have been lost: load again what they would have told. */
export interface Gap {
  /**
   * `server`: the server resumed after another event than the one asked for. `no-ids`: the stream was interrupted and
   * has no event IDs, so nobody can know. `forgotten`: the ID to resume after was given up, because the server no
   * longer knows it or because the URL leads elsewhere. `away`: one of the users of a shared connection was away
   * while messages came for the others (the statechart itself never announces this).
   */
  readonly reason: 'server' | 'no-ids' | 'forgotten' | 'away';
  /** The ID to resume after; empty when there was none. */
  readonly lastEventId: string;
  /** The word of the server: the ID after which it resumes, or a word of its own. */
  readonly resumedAfter?: string | undefined;
}

/** Reports of a transport actor about its request, until it is accepted. */
export type RequestEvent =
  /** The credentials are there, and the request is about to leave. */
  | {
      readonly type: 'request.ready';
      /** To send it again may repeat its effect. */
      readonly unsafe: boolean;
      /** Its stream is continued by a safe request, once there is an ID to resume after. */
      readonly resumable: boolean;
    }
  /** The URL leads to another resource; the last event ID belongs to the former one. */
  | { readonly type: 'request.moved' }
  | { readonly type: 'request.accepted'; readonly at: number }
  | ({ readonly type: 'request.failed'; readonly error: Failure } & AttemptOutcome);

/** Reports of a transport actor about its stream. */
export type StreamEvent =
  | ({ readonly type: 'stream.messages' } & MessageBatch)
  /** The first event ID of this stream that the connection has not seen before. */
  | { readonly type: 'stream.progressed' }
  /** Events may have been lost. Without a `reason`: the server resumed after another event than the one asked for. */
  | {
      readonly type: 'stream.gap';
      readonly reason?: Exclude<Gap['reason'], 'forgotten' | 'away'> | undefined;
      readonly lastEventId: string;
      readonly resumedAfter: string;
    }
  /** The server said that the credentials are about to expire. */
  | { readonly type: 'stream.expiring' }
  /** A sign of life, the first after `stream.prove`. */
  | { readonly type: 'stream.alive' }
  /** The machine slept, and nobody read the stream meanwhile. */
  | { readonly type: 'stream.overslept' }
  /** While another request was on its way it brought more than could be told from a replay. */
  | { readonly type: 'stream.overran' }
  | ({ readonly type: 'stream.failed'; readonly error: Failure } & AttemptOutcome)
  | ({
      readonly type: 'stream.ended';
      readonly error: Failure;
      /**
       * True: the server said that nothing more will come. False: it could have said so, and did not. Undefined:
       * nobody can know.
       */
      readonly final?: boolean | undefined;
      /** The stream had brought messages. */
      readonly hadMessages?: boolean | undefined;
    } & AttemptOutcome);

/** Reports of transport actors. */
export type TransportEvent =
  | RequestEvent
  | StreamEvent
  /** The actor was started again (by a restored snapshot, say). Its stream is gone, and nobody failed. */
  | { readonly type: 'transport.restarted' };

/** Commands of the app. */
export type ConnectionCommand =
  | { readonly type: 'open' }
  /** `lastEventId` is the ID of the last message that reached the app. */
  | { readonly type: 'close'; readonly lastEventId?: string | undefined }
  /** `lastEventId` is the ID to resume after from now on; empty for none. */
  | { readonly type: 'reconnect'; readonly lastEventId?: string | undefined }
  /**
   * The URL has changed. Does what `reconnect` does, but not while the connection is closed by the app, paused or
   * suspended.
   */
  | { readonly type: 'move' }
  /** Closes until `resume`, as when a component goes away and may come back. `lastEventId`: see `close`. */
  | { readonly type: 'suspend'; readonly lastEventId?: string | undefined }
  /** Takes up again what `suspend` has closed; `at` is the wall clock in milliseconds. */
  | { readonly type: 'resume'; readonly at: number };

/** Every event of the statechart: commands of the app, and reports of its actors. */
export type ConnectionEvent = ConnectionCommand | TransportEvent | EnvironmentEvent;

/** Announcements of the statechart, for `actor.on(type, listener)`. */
export type ConnectionEmitted =
  | { readonly type: 'messages'; readonly messages: readonly Message[]; readonly lastEventId: string }
  | { readonly type: 'opened' }
  | ({ readonly type: 'gap' } & Gap)
  | {
      readonly type: 'failure';
      readonly error: Failure;
      readonly retries: number;
      /** The delay that was chosen, in milliseconds; null when there is nothing to wait for. */
      readonly retryDelay: number | null;
      readonly retryAt: number | null;
    }
  | { readonly type: 'gaveUp'; readonly error: Failure }
  | { readonly type: 'closed'; readonly reason: CloseReason };

/** The input of a transport actor. Each request has an actor of its own, which ends with its stream. */
export interface TransportInput {
  /** The connection that it belongs to. */
  readonly connection: AnyActorRef;
  readonly lastEventId: string;
  /** Refresh the credentials before the request. */
  readonly refresh: boolean;
}

/** Commands to a transport actor while its stream is open. */
export type TransportCommand =
  /** The stream has lasted for `stableAfter`: what comes from now on is no replay. */
  | { readonly type: 'stream.settle' }
  /** Report the next sign of life. */
  | { readonly type: 'stream.prove' };

/** Listens to the page and to the network. */
const environment = { src: 'environment' } as const;

/** Closes: there is nothing more to come. */
const closeWhenFinished = {
  guard: 'isFinished',
  target: '#connection.closed',
  actions: ['recordEnd', 'announceClosed'],
} as const;

/** Refreshes the credentials and requests again, once: they were refused, and there is a way to renew them. */
const refreshWhenUnauthorized = {
  guard: 'canRefresh',
  target: '#connection.live',
  reenter: true,
  actions: ['recordFailure', 'spendRefresh', 'announceFailure'],
} as const;

/** The failures that no wait helps against. The first row whose guard holds is taken. */
const neverRetried = [
  closeWhenFinished,
  refreshWhenUnauthorized,
  {
    guard: 'canRestart',
    target: '#connection.live',
    reenter: true,
    actions: ['recordFailure', 'announceFailure', 'announceForgotten', 'forgetLastEventId'],
  },
  { guard: 'isRefused', target: '#connection.failed', actions: ['recordFailure', 'announceGaveUp'] },
] as const;

/** Charges a retry and waits, or gives up when there is none left. */
const retryOrGiveUp = [
  {
    guard: 'isExhausted',
    target: '#connection.failed',
    actions: ['recordFailure', 'recordExhaustion', 'announceGaveUp'],
  },
  { target: '#connection.backoff', actions: ['recordFailure', 'chargeRetry', 'announceFailure'] },
] as const;

/** A request or a stream has failed. */
const onFailure = [
  ...neverRetried,
  {
    guard: 'isOffline',
    target: '#connection.backoff.offline',
    actions: ['recordFailure', 'waitForNetwork', 'announceFailure'],
  },
  ...retryOrGiveUp,
] as const;

/** The server has ended the stream, so there is a network. */
const onEnd = [...neverRetried, ...retryOrGiveUp] as const;

/** A stream ends while the request that is to replace it is on its way. */
const onReplacedStreamGone = [
  closeWhenFinished,
  { target: '#connection.live.connecting', actions: 'dropStream' },
] as const;

/** Pauses, if the app wants that, until the page is shown again. */
const pauseWhenPageIsHidden = {
  guard: 'pausesWhenHidden',
  target: '#connection.closed.paused',
  actions: ['recordPause', 'announceClosed'],
} as const;

/** Pauses: a frozen page can read nothing until it is resumed. */
const pauseWhenPageIsFrozen = {
  target: pauseWhenPageIsHidden.target,
  actions: pauseWhenPageIsHidden.actions,
} as const;

/** Closes while the component that uses the connection is away; it may come back. */
const suspendConnection = {
  target: '#connection.closed.suspended',
  actions: ['recordClose', 'announceClosed'],
} as const;

/** An attempt may succeed now: requests at once, or waits as long as the server asked for. The budget stays as it is. */
const retryNowOrWait = [
  { guard: 'mayRequestNow', target: '#connection.live' },
  { target: '#connection.backoff.waiting', actions: 'waitUntilAllowed' },
] as const;

/** The same for a connection that gave up: only where the retries were exhausted, not where the server refused. */
const retryNowOrWaitIfExhausted = [{ guard: 'wasRefused' }, ...retryNowOrWait] as const;

/** The app wants another stream. The open one goes on until the other is accepted. */
const requestAnotherStream = {
  target: '.replacing.reconnecting',
  actions: ['dropRequest', 'startAfresh'],
} as const;

/** The stream may be dead: it has to show a sign of life. */
const doubtStream = { target: 'doubted', actions: 'resetProofTime' } as const;

/** How long a stream that is doubted has for a sign of life at first, in milliseconds. */
export const leastProofTime = 5_000;

/** How late after a failure the platform may report that the network is gone or the page is left, in milliseconds. */
const offlineNotice = 1_000;

/** How long a server may take to notice that a stream was dropped, in milliseconds. */
const releaseTime = 500;

/** A stream that is trusted. */
const noDoubt = { proofTime: leastProofTime, lost: 0 };

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
    transport: fromRevivable(
      missingTransport('Provide a transport: connectionMachine.provide({ actors: { transport } }).'),
    ),
    environment: fromEnvironment(),
  },
  guards: {
    isImmediate: ({ context }) => context.settings.immediate && context.closeReason === null,
    carriesMessages: ({ event }) => event.type === 'stream.messages' && event.messages.length > 0,
    isFinished: ({ context, event }) =>
      verdictFor(context, event) === 'stop' ||
      (event.type === 'stream.ended' && (event.final ?? context.repeatable !== 'always')),
    canRefresh: ({ context, event }) =>
      verdictFor(context, event) === 'refresh' &&
      outcomeOf(event).refreshable === true &&
      context.credentials !== 'refreshed' &&
      mayRequestAgain(context, event),
    canRestart: ({ context, event }) =>
      verdictFor(context, event) === 'restart' &&
      context.lastEventId !== '' &&
      mayRequestAgain({ ...context, lastEventId: '' }, event),
    isRefused: ({ context, event }) =>
      verdictFor(context, event) !== 'retry' || !mayRequestAgain(context, event),
    isOffline: ({ event }) => outcomeOf(event).offline === true && !wasAnswered(outcomeOf(event).error),
    // In JSON, `Infinity` becomes null.
    isExhausted: ({ context, event }) =>
      chargedBefore(context, event) >= (context.settings.maxRetries ?? Infinity),
    hasEnded: ({ context }) => context.closeReason === 'ended',
    wasRefused: ({ context }) => context.error?.kind !== 'exhausted',
    refusesSecondStream: ({ event }) => refusesSecondStream(outcomeOf(event).error),
    wasLostOnTheWay: ({ event }) => ['network', 'timeout'].includes(outcomeOf(event).error.kind),
    mayRequestNow: ({ context, event }) => heldBackFor(context, timeOf(event)) === 0,
    pausesWhenHidden: ({ context }) => context.settings.pauseWhenHidden,
    mayPauseWhenHidden: ({ context }) => context.settings.pauseWhenHidden && mayRepeat(context),
    staysHidden: ({ context, event }) =>
      context.settings.pauseWhenHidden && event.type === 'page.resumed' && event.hidden === true,
    mayRepeat: ({ context }) => mayRepeat(context),
    canOverlap: ({ context }) => canOverlap(context),
    canReplace: ({ context, event }) =>
      canOverlap(context) && event.type === 'reconnect' && event.lastEventId === undefined,
    mayHaveMissed: ({ context }) => context.mayHaveMissed && context.lastEventId === '',
    expires: ({ context }) => context.credentials === 'expiring' && mayRepeat(context),
    wasChargedJustNow: ({ context, event }) =>
      context.error?.kind === 'network' &&
      context.chargedAt !== null &&
      timeOf(event) - context.chargedAt <= offlineNotice,
    hadNoAnswer: ({ context }) => context.error === null || !wasAnswered(context.error),
  },
  delays: {
    retryDelay: ({ context }) => context.retryDelay ?? 0,
    stableAfter: ({ context }) => context.settings.stableAfter,
    proofTime: ({ context }) => context.doubt.proofTime,
  },
  actions: {
    sendRequest: enqueueActions(({ context, enqueue }, params: { refresh: boolean } | undefined) => {
      const { lastEventId, stream, credentials } = context;
      const attempts = context.attempts + 1;
      const refresh = params?.refresh ?? credentials === 'refreshed';
      enqueue.assign(stream === null ? { attempts, repeatable: 'always' } : { attempts });
      enqueue.spawnChild('transport', {
        id: transportNameOf(attempts),
        input: ({ self }) => ({ connection: self, lastEventId, refresh }),
      });
    }),
    recordRequest: assign(({ event }) => {
      assertEvent(event, 'request.ready');
      const { unsafe, resumable } = event;
      return { repeatable: unsafe ? (resumable ? 'resumed' : 'never') : 'always' } as const;
    }),
    adoptStream: assign(({ context }) => ({ stream: context.attempts })),
    dropRequest: enqueueActions(({ context: { attempts, stream }, enqueue }) => {
      if (attempts !== stream) enqueue.stopChild(transportNameOf(attempts));
    }),
    dropStream: enqueueActions(({ context: { stream }, enqueue }) => {
      enqueue.stopChild(transportNameOf(stream));
      enqueue.assign({ stream: null });
    }),
    recordOpened: assign(({ event }) => {
      assertEvent(event, 'request.accepted');
      return {
        openedAt: event.at,
        error: null,
        notBefore: 0,
        credentials: 'good' as const,
        doubt: noDoubt,
      };
    }),
    recordBatch: assign(({ context, event }) => {
      assertEvent(event, 'stream.messages');
      const serverRetry = event.retry === undefined ? context.serverRetry : withinBounds(event.retry);
      return { lastEventId: event.lastEventId, serverRetry };
    }),
    recordExpiry: assign(({ context: { credentials } }) => ({
      credentials: credentials === 'good' ? ('expiring' as const) : credentials,
    })),
    recordFailure: assign(({ context, event }) => {
      const { at, error } = outcomeOf(event);
      const floor = Math.max(
        serverFloor(context.settings, error, context.serverRetry),
        heldBackFor(context, at),
      );
      return { error: toFailure(error), notBefore: at + floor, credentials: 'good' as const };
    }),
    recordLostReplacement: assign(({ context, event }) => {
      const { at, error } = outcomeOf(event);
      const floor = serverFloor(context.settings, error, null);
      const lost = context.doubt.lost + 1;
      const proofTime = withinBounds(leastProofTime + floor + drawDelay(context, event, lost));
      return { notBefore: at + floor, doubt: { proofTime, lost } };
    }),
    recordDrop: assign({
      error: {
        kind: 'network',
        message: 'The stream was dropped. To repeat its request may repeat its effect.',
      },
    }),
    recordExhaustion: assign(({ context, event }) => ({
      error: context.error && {
        ...context.error,
        kind: 'exhausted' as const,
        message: `Gave up after ${chargedBefore(context, event)} retries. ${context.error.message}`,
      },
    })),
    // The answer to an unsafe request is complete: the next one starts without an ID.
    recordEnd: assign(({ context }) => ({
      closeReason: 'ended' as const,
      error: null,
      lastEventId: context.repeatable === 'always' ? context.lastEventId : '',
    })),
    recordClose: assign(({ context, event }) => {
      assertEvent(event, ['close', 'suspend']);
      return { closeReason: 'app' as const, lastEventId: event.lastEventId ?? context.lastEventId };
    }),
    recordPause: assign({ closeReason: 'paused' }),
    forgetLastEventId: assign({ lastEventId: '' }),
    chargeRetry: assign(({ context, event }) => {
      const { at } = outcomeOf(event);
      const retries = chargedBefore(context, event);
      const drawn = drawDelay(context, event, retries);
      const wait = waitFrom(at, context.notBefore - at + drawn);
      return { retries: retries + 1, previousBackoff: drawn, chargedAt: at, ...wait };
    }),
    waitForRelease: assign(({ context, event }) => {
      const { at } = outcomeOf(event);
      return waitFrom(at, Math.max(releaseTime, context.notBefore - at) + drawDelay(context, event, 0));
    }),
    giveBackRetry: assign(({ context }) => ({ retries: context.retries - 1, chargedAt: null })),
    // Spread at random, because clients that seem offline may all have been dropped by one server.
    waitForNetwork: assign(({ context, event }) => {
      const { jitter, maxRetryDelay } = context.settings;
      const least = jitter === 'none' ? maxRetryDelay : maxRetryDelay / 2;
      const at = timeOf(event);
      const drawn = least + (maxRetryDelay - least) * chanceOf(event);
      return waitFrom(at, Math.max(drawn, context.notBefore - at));
    }),
    waitUntilAllowed: assign(({ context, event }) => {
      const at = timeOf(event);
      return waitFrom(at, context.notBefore - at);
    }),
    endWait: assign({ retryDelay: null, retryAt: null }),
    spendRefresh: assign({ credentials: 'refreshed' }),
    spendRenewal: assign(({ context, event }) => {
      const { at, error } = outcomeOf(event);
      const notBefore = at + serverFloor(context.settings, error, null);
      return { credentials: 'unrenewable' as const, notBefore };
    }),
    resetProofTime: assign({ doubt: noDoubt }),
    leaveOpen: assign(({ context }) => ({
      openedAt: null,
      mayHaveMissed: context.lastEventId === '',
    })),
    leaveClosed: assign({ closeReason: null }),
    startAfresh: assign(({ context, event }) => ({
      ...wholeBudget,
      notBefore: 0,
      error: null,
      credentials: 'good' as const,
      lastEventId: (event.type === 'reconnect' ? event.lastEventId : undefined) ?? context.lastEventId,
    })),
    restoreBudget: assign(wholeBudget),
    settleStream: sendTo(({ context }) => transportNameOf(context.stream), { type: 'stream.settle' }),
    forgetExpiry: assign({ credentials: 'good' }),
    askForProof: sendTo(({ context }) => transportNameOf(context.stream), { type: 'stream.prove' }),
    announceOpened: emit({ type: 'opened' }),
    announceGap: emit(({ event }) => {
      assertEvent(event, 'stream.gap');
      return { ...event, type: 'gap' as const, reason: event.reason ?? 'server' };
    }),
    announceMissed: emit({ type: 'gap', reason: 'no-ids', lastEventId: '' }),
    announceForgotten: emit(({ context }) => ({
      type: 'gap' as const,
      reason: 'forgotten' as const,
      lastEventId: context.lastEventId,
    })),
    announceMessages: emit(({ event }) => {
      assertEvent(event, 'stream.messages');
      return { type: 'messages' as const, messages: event.messages, lastEventId: event.lastEventId };
    }),
    announceFailure: emit(({ context, event }) => ({
      type: 'failure' as const,
      error: context.error ?? toFailure(outcomeOf(event).error),
      retries: context.retries,
      retryDelay: context.retryDelay,
      retryAt: context.retryAt,
    })),
    announceGaveUp: emit(({ context, event }) => ({
      type: 'gaveUp' as const,
      error: context.error ?? toFailure(outcomeOf(event).error),
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
    move: { target: '.live', actions: 'startAfresh' },
  },
  states: {
    /** A request or a stream is there. Leaving this state drops both. */
    live: {
      invoke: environment,
      entry: 'sendRequest',
      exit: ['dropRequest', 'dropStream'],
      on: {
        'request.ready': { actions: 'recordRequest' },
        'request.moved': { actions: ['announceForgotten', 'forgetLastEventId'] },
        'transport.restarted': [
          { guard: 'mayRepeat', target: 'live', reenter: true },
          { target: 'failed', actions: ['recordDrop', 'announceGaveUp'] },
        ],
        'page.hidden': { ...pauseWhenPageIsHidden, guard: 'mayPauseWhenHidden' },
        'page.frozen': { ...pauseWhenPageIsFrozen, guard: 'mayRepeat' },
        suspend: [
          { guard: 'mayRepeat', ...suspendConnection },
          { ...suspendConnection, target: 'closed' },
        ],
      },
      initial: 'connecting',
      states: {
        /** The request is on its way; there is no stream. */
        connecting: {
          tags: 'connecting',
          on: {
            'request.accepted': [
              {
                guard: 'mayHaveMissed',
                target: 'open',
                actions: ['adoptStream', 'recordOpened', 'announceOpened', 'announceMissed'],
              },
              { target: 'open', actions: ['adoptStream', 'recordOpened', 'announceOpened'] },
            ],
            'request.failed': onFailure,
          },
        },
        /** The stream is accepted and messages arrive. */
        open: {
          tags: 'open',
          exit: 'leaveOpen',
          on: {
            'stream.messages': [
              { guard: 'carriesMessages', actions: ['recordBatch', 'announceMessages'] },
              { actions: 'recordBatch' },
            ],
            'stream.progressed': { actions: 'restoreBudget' },
            'stream.gap': { actions: 'announceGap' },
            'stream.expiring': { actions: 'recordExpiry' },
            'stream.failed': onFailure,
            'stream.ended': onEnd,
            reconnect: { guard: 'canReplace', ...requestAnotherStream },
            move: { guard: 'canOverlap', ...requestAnotherStream },
          },
          initial: 'fresh',
          states: {
            /**
             * Accepted less than `stableAfter` ago. The retries stay charged, because the server may accept and drop
             * again.
             */
            fresh: {
              after: { stableAfter: 'stable' },
              on: { 'network.online': doubtStream, 'stream.overslept': doubtStream },
            },
            /** Open for `stableAfter`: the retry budget is whole again. */
            stable: {
              entry: ['restoreBudget', 'settleStream'],
              always: { guard: 'expires', target: 'replacing.renewing', actions: 'forgetExpiry' },
              on: { 'network.online': doubtStream, 'stream.overslept': doubtStream },
            },
            /** The stream may be dead, and has to show a sign of life. */
            doubted: {
              entry: 'askForProof',
              after: {
                proofTime: [
                  { guard: 'canOverlap', target: 'replacing.verifying' },
                  { guard: 'mayRepeat', target: '#connection.live', reenter: true },
                  { target: 'fresh' },
                ],
              },
              on: { 'stream.alive': { target: 'fresh', actions: 'resetProofTime' } },
            },
            /** The stream goes on until the request that is to replace it is accepted. */
            replacing: {
              on: {
                'request.ready': [
                  { guard: 'canOverlap', actions: 'recordRequest' },
                  {
                    guard: 'mayRepeat',
                    target: '#connection.live.connecting',
                    actions: ['dropStream', 'recordRequest'],
                  },
                  { target: 'fresh', actions: 'dropRequest' },
                ],
                'request.moved': {
                  target: '#connection.live.connecting',
                  actions: ['dropStream', 'announceForgotten', 'forgetLastEventId'],
                },
                'request.accepted': {
                  target: '#connection.live.open.fresh',
                  actions: ['dropStream', 'adoptStream', 'recordOpened', 'announceOpened'],
                },
                'request.failed': [
                  refreshWhenUnauthorized,
                  {
                    guard: 'refusesSecondStream',
                    target: '#connection.backoff',
                    actions: ['recordFailure', 'waitForRelease', 'announceFailure'],
                  },
                  {
                    target: 'doubted',
                    actions: ['dropRequest', 'recordLostReplacement', 'announceFailure'],
                  },
                ],
                'stream.failed': onReplacedStreamGone,
                'stream.ended': onReplacedStreamGone,
                'stream.overran': { target: '#connection.live.connecting', actions: 'dropStream' },
              },
              initial: 'reconnecting',
              states: {
                /** The app asked for another stream. */
                reconnecting: { entry: 'sendRequest' },
                /** A doubted stream has shown no life. */
                verifying: {
                  entry: 'sendRequest',
                  on: {
                    'stream.alive': {
                      target: '#connection.live.open.fresh',
                      actions: ['dropRequest', 'resetProofTime'],
                    },
                  },
                },
                /** The credentials expire. */
                renewing: {
                  entry: { type: 'sendRequest', params: { refresh: true } },
                  on: {
                    'request.failed': [
                      {
                        guard: 'wasLostOnTheWay',
                        target: '#connection.live.open.doubted',
                        actions: ['dropRequest', 'recordLostReplacement', 'announceFailure'],
                      },
                      {
                        target: '#connection.live.open.stable',
                        actions: ['dropRequest', 'spendRenewal', 'announceFailure'],
                      },
                    ],
                  },
                },
              },
            },
          },
        },
      },
    },
    /** Waiting to try again. */
    backoff: {
      tags: 'backoff',
      invoke: environment,
      exit: 'endWait',
      on: {
        'network.online': retryNowOrWait,
        'page.visible': retryNowOrWait,
        'page.resumed': retryNowOrWait,
        'page.hidden': pauseWhenPageIsHidden,
        // WebKit cuts the stream of a page that is left before it says that the page is left.
        'page.frozen': [
          {
            ...pauseWhenPageIsFrozen,
            guard: 'wasChargedJustNow',
            actions: ['giveBackRetry', 'recordPause', 'announceClosed'],
          },
          pauseWhenPageIsFrozen,
        ],
        suspend: suspendConnection,
      },
      initial: 'waiting',
      states: {
        /** A timer runs until the next attempt. */
        waiting: {
          after: { retryDelay: '#connection.live' },
          on: {
            'network.offline': [
              { guard: 'wasChargedJustNow', target: 'offline', actions: ['giveBackRetry', 'waitForNetwork'] },
              { guard: 'hadNoAnswer', target: 'offline', actions: 'waitForNetwork' },
            ],
          },
        },
        /**
         * There seems to be no network. That may be wrong, so one attempt is made every `maxRetryDelay`, and costs no
         * retry.
         */
        offline: { after: { retryDelay: '#connection.live' } },
      },
    },
    /** Gave up: `context.error` says why. */
    failed: {
      tags: 'failed',
      invoke: environment,
      on: {
        open: { target: 'live', actions: 'startAfresh' },
        suspend: { ...suspendConnection, target: 'closed' },
        'network.online': retryNowOrWaitIfExhausted,
        'page.visible': retryNowOrWaitIfExhausted,
        'page.resumed': retryNowOrWaitIfExhausted,
      },
    },
    /** Nothing runs: `context.closeReason` says why. */
    closed: {
      tags: 'closed',
      exit: 'leaveClosed',
      on: {
        open: { target: 'live', actions: 'startAfresh' },
        move: [{ guard: 'hasEnded', target: 'live', actions: 'startAfresh' }, {}],
      },
      initial: 'inactive',
      states: {
        /** Not opened yet, closed by the app, or ended by the server: only the app can open it. */
        inactive: {
          always: { guard: 'isImmediate', target: '#connection.live' },
          on: { close: { actions: 'recordClose' } },
        },
        /** Closed while the page is hidden or frozen. */
        paused: {
          invoke: environment,
          on: {
            'page.visible': retryNowOrWait,
            'page.resumed': [{ guard: 'staysHidden' }, ...retryNowOrWait],
            suspend: suspendConnection,
          },
        },
        /** Closed while the component that uses it is away. */
        suspended: { on: { resume: retryNowOrWait } },
      },
    },
  },
});

/** Selects the status from a snapshot of {@link connectionMachine}. */
export function selectStatus(snapshot: SnapshotFrom<typeof connectionMachine>): ConnectionStatus {
  const [status = 'closed'] = snapshot.tags as ReadonlySet<ConnectionStatus>; // the chart has no other tags
  return status;
}

/** An actor that runs {@link connectionMachine}, whatever was provided to it. */
export type ConnectionActor = Actor<typeof connectionMachine>;

/** Whether an actor is a connection. */
export function isConnection(actor: AnyActor): actor is ConnectionActor {
  return actor.logic.config === connectionMachine.config;
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
    attempts: 0,
    stream: null,
    repeatable: 'always',
    credentials: 'good',
    doubt: noDoubt,
    mayHaveMissed: false,
    closeReason: null,
  };
}

/** The name of the actor that makes a request and reads its stream. */
export function transportNameOf(attempt: number | null): string {
  return `transport ${attempt}`;
}

/** Whether another request may be sent: it repeats no effect, or the app allows that (`retryUnsafe`). */
function mayRepeat({ repeatable, settings, lastEventId }: ConnectionContext): boolean {
  return repeatable === 'always' || (repeatable === 'resumed' && lastEventId !== '') || settings.retryUnsafe;
}

/**
 * Whether a request may follow one that failed. An unsafe one may if the first never left, or if the server did
 * nothing.
 */
function mayRequestAgain(context: ConnectionContext, event: ConnectionEvent): boolean {
  const { status = 0, unsent } = outcomeOf(event).error;
  return mayRepeat(context) || unsent === true || undone.includes(status);
}

/** Whether another request may be sent while the stream is open. Without an ID, nobody can tell what came on both. */
function canOverlap({ repeatable, lastEventId }: ConnectionContext): boolean {
  return lastEventId !== '' && repeatable !== 'never';
}

/**
 * Whether the server allows only one stream. A 5xx means that it is in trouble, `Retry-After` that it asks for time.
 */
function refusesSecondStream({ status = 0, retryAfter = 0 }: Failure): boolean {
  return !(retryAfter > 0) && ((status >= 400 && status < 500) || status === 204);
}

/** Whether the server answered, which proves that there is a network: it refused the request, or ended its stream. */
function wasAnswered({ status, kind }: Failure): boolean {
  return status !== undefined || kind === 'ended';
}

/**
 * The retries that count when an attempt ends. Without event IDs, a stream that brought messages and was then ended
 * by the server counts as news, so none do.
 */
function chargedBefore({ lastEventId, retries }: ConnectionContext, event: ConnectionEvent): number {
  const hadNews = event.type === 'stream.ended' && event.hadMessages === true && lastEventId === '';
  return hadNews ? 0 : retries;
}

/** The random part of a delay, in milliseconds. */
function drawDelay(context: ConnectionContext, event: ConnectionEvent, retries: number): number {
  const { random, jitter } = outcomeOf(event);
  const settings = atPaceOf(context.settings, context.serverRetry);
  const delay = backoffDelay(settings, retries);
  const previous = retries === 0 ? 0 : context.previousBackoff;
  return withinBounds(jitter?.(delay) ?? withJitter(settings, { delay, random, previous }));
}

/** How long the server still wants no request, in milliseconds. */
function heldBackFor({ notBefore, settings }: ConnectionContext, at: number): number {
  const wait = notBefore - at;
  // No server can ask for more than `maxRetryAfter`: a longer wait is a clock that was set back.
  return wait > 0 && wait <= settings.maxRetryAfter ? wait : 0;
}

function outcomeOf(event: ConnectionEvent): AttemptOutcome & { readonly error: Failure } {
  assertEvent(event, ['request.failed', 'stream.failed', 'stream.ended']);
  return event;
}

function verdictFor(context: ConnectionContext, event: ConnectionEvent): Verdict {
  return verdictOn(outcomeOf(event).error, context.settings.policy);
}

function timeOf(event: ConnectionEvent): number {
  return 'at' in event ? event.at : 0;
}

function chanceOf(event: ConnectionEvent): number {
  return ('random' in event ? event.random : undefined) ?? 0;
}

function waitFrom(at: number, delay: number): Pick<ConnectionContext, 'retryDelay' | 'retryAt'> {
  const retryDelay = withinBounds(delay);
  return { retryDelay, retryAt: at + retryDelay };
}

/** The transport until the app provides one: fails with this message as soon as it is started. */
export function missingTransport(message: string): Revivable<TransportCommand, TransportInput> {
  return ({ sendBack }, isRevived) => {
    if (isRevived)
      sendBack({ type: 'transport.restarted' }); // the statechart then sends a request, which fails below
    else sendBack({ type: 'request.failed', error: { kind: 'invalid', message }, at: 0, random: 0 });
    return undefined;
  };
}
