import type { SnapshotFrom } from 'xstate';
// Imported as a namespace, because the rest of the kit works with versions of XState that lack microsteps.
import * as xstate from 'xstate';
import { type ConnectionOptions, settingsOf } from '../../adapters/options.ts';
import { type Choice, choose } from '../../machines/chart.ts';
import {
  type ConnectionEvent,
  connectionMachine,
  type TransportCommand,
  type TransportInput,
} from '../../machines/connection.ts';
import type { Failure } from '../../machines/connection-error.ts';
import { complete } from '../../machines/option-table.ts';
import { builtInEffect } from '../../machines/xstate-internals.ts';
import { transportActorTable } from '../../transports/actor-options.ts';
import { eventSourceTransport } from '../../transports/event-source.ts';
import { fetchTable } from '../../transports/fetch.ts';
import { isSafe } from '../../transports/transport.ts';
import { usualDraw } from '../chance.ts';
import type { PathMessage } from './events.ts';

/** A transport actor: one request and its stream. */
export interface Attempt {
  /**
   * `preparing`: the credentials are being refreshed. `requesting`: the request has reached the server. `streaming`:
   * the server has accepted it.
   */
  readonly phase: 'preparing' | 'requesting' | 'streaming';
  /** Whether the credentials have to be refreshed first. */
  readonly refreshes: boolean;
  /** The ID that it resumes after. */
  readonly askedAfter: string;
  /** When the request times out, on the wall clock. */
  readonly timeoutAt: number;
  /** When the stream last gave a sign of life, on the wall clock. */
  readonly heardAt: number;
  /** When it checks the silence of its stream next. */
  readonly lookAt: number;
  /** When it was asked to report a sign of life; null when it was not. */
  readonly askedAt: number | null;
  readonly hadMessages: boolean;
  readonly hasProgressed: boolean;
}

/**
 * A connection at one moment, with its surroundings: the statechart itself, which decides, and the simplest
 * transport, server, page and clock that tell it what happens.
 */
export interface Model {
  readonly options: ConnectionOptions;
  /** Whether `refresh` waits for a step that says it is done. */
  readonly refreshesInSteps: boolean;
  readonly snapshot: SnapshotFrom<typeof connectionMachine>;
  /** The wall clock, in milliseconds. */
  readonly now: number;
  readonly page: { readonly offline: boolean; readonly hidden: boolean; readonly frozen: boolean };
  /** The running transport actors, by name: at most one without a stream, and one with a stream. */
  readonly attempts: Readonly<Record<string, Attempt>>;
  /** The component that uses the connection is away. */
  readonly isAway: boolean;
  /** How many messages have come since the last request was sent. */
  readonly sinceRequest: number;
  /** The credentials were refreshed after the last request was sent. */
  readonly isRefreshed: boolean;
  /** The app's URL function now returns another resource than that of the last request. */
  readonly isElsewhere: boolean;
  /** When the statechart's timers fire, by the name of the event that they send. */
  readonly timers: Readonly<Record<string, number>>;
  /** How many requests have reached the server. */
  readonly requests: number;
  /** How many events the server has sent; they are numbered. */
  readonly sent: number;
  /** The messages that the server has sent and the client did not take. */
  readonly untaken: readonly PathMessage[];
  /** The choices of the statechart in the last step. */
  readonly choices: readonly Choice[];
}

export type Draft = {
  -readonly [Key in keyof Model]: Model[Key];
} & {
  choices: Choice[];
  /** The events that actors will send to the statechart, unless they are stopped first. */
  pending: { readonly from: string; readonly event: ConnectionEvent }[];
};

type Microsteps = ReturnType<typeof xstate.getMicrosteps<typeof connectionMachine>>;
type Action = Microsteps[number][1][number];

/** The model of a connection that was just made. */
export function begin(options: ConnectionOptions, now: number, refreshesInSteps = false): Model {
  if (!xstate.getMicrosteps) throw new Error('Paths through the statechart take XState 5.27 or later.');
  const input = { ...settingsOf(options), lastEventId: options.lastEventId };
  const microsteps = xstate.getInitialMicrosteps(connectionMachine, input);
  const [first] = microsteps;
  if (!first || first[0].status === 'error') throw first?.[0].error;
  const draft: Draft = {
    options,
    refreshesInSteps,
    snapshot: first[0],
    now,
    page: { offline: false, hidden: false, frozen: false },
    attempts: {},
    isAway: false,
    sinceRequest: 0,
    isRefreshed: false,
    isElsewhere: false,
    timers: {},
    requests: 0,
    sent: 0,
    untaken: [],
    choices: [],
    pending: [],
  };
  follow(draft, { type: 'open' }, microsteps);
  return rest(draft);
}

/** The model after something has happened: `happen` changes a draft of it. */
export function after(model: Model, happen: (draft: Draft) => void): Model {
  const draft: Draft = { ...model, choices: [], pending: [] };
  happen(draft);
  return rest(draft);
}

/** Sends an event to the statechart, and carries out its actions. */
export function tell(draft: Draft, event: ConnectionEvent): void {
  draft.choices.push(choose(draft.snapshot, event));
  follow(draft, event, xstate.getMicrosteps(connectionMachine, draft.snapshot, event));
}

/** Sends the statechart the events that its actors send when they start. */
export function deliverPending(draft: Draft): void {
  for (let next = draft.pending.shift(); next; next = draft.pending.shift()) tell(draft, next.event);
}

/** The request that has no stream yet, and the stream that is open. */
export function requestOf({ attempts }: Model): (Attempt & { readonly id: string }) | undefined {
  return find(attempts, ({ phase }) => phase !== 'streaming');
}

export function streamOf({ attempts }: Model): (Attempt & { readonly id: string }) | undefined {
  return find(attempts, ({ phase }) => phase === 'streaming');
}

function find(attempts: Model['attempts'], test: (attempt: Attempt) => boolean) {
  const [id, attempt] = Object.entries(attempts).find(([, one]) => test(one)) ?? [];
  return id !== undefined && attempt ? { id, ...attempt } : undefined;
}

/** Changes the data of an attempt, if it still runs. */
export function change(draft: Draft, id: string, changes: Partial<Attempt>): void {
  const attempt = draft.attempts[id];
  if (attempt) draft.attempts = { ...draft.attempts, [id]: { ...attempt, ...changes } };
}

/** The request or the stream of an attempt has failed: its actor ends, and reports it. */
export function fail(draft: Draft, id: string, error: Partial<Failure> & Pick<Failure, 'kind'>): void {
  const phase = draft.attempts[id]?.phase;
  if (phase === undefined) return;
  const unsent = phase === 'preparing' && { unsent: true };
  const type = phase === 'streaming' ? 'stream.failed' : 'request.failed';
  remove(draft, id);
  tell(draft, { type, error: { message: '', ...error, ...unsent }, ...outcome(draft) });
}

/** The server has ended the stream of an attempt. */
export function end(draft: Draft, id: string, final: boolean | undefined): void {
  const { hadMessages = false } = draft.attempts[id] ?? {};
  remove(draft, id);
  const error: Failure = { kind: 'ended', message: '' };
  tell(draft, { type: 'stream.ended', error, final, hadMessages, ...outcome(draft) });
}

function outcome({ options, now, page }: Draft) {
  const { jitter, refresh } = options;
  return {
    at: now,
    random: usualDraw,
    jitter: typeof jitter === 'function' ? jitter : undefined,
    refreshable: refresh !== undefined,
    offline: page.offline,
  };
}

/** The credentials are ready: sends the request, if it is still wanted. */
export function sendRequest(draft: Draft, id: string): void {
  const { options } = draft;
  if (draft.attempts[id]?.refreshes) draft.isRefreshed = true;
  const { unsafe, resumable } = kindOf(options);
  tell(draft, { type: 'request.ready', unsafe, resumable });
  if (!draft.attempts[id]) return;
  const { lastEventId } = draft.snapshot.context;
  change(draft, id, { phase: 'requesting', askedAfter: lastEventId });
  draft.isRefreshed = false;
  draft.sinceRequest = 0;
  if (draft.isElsewhere && lastEventId !== '') {
    change(draft, id, { askedAfter: '' });
    tell(draft, { type: 'request.moved' });
  }
  draft.isElsewhere = false;
  draft.requests += 1;
}

function kindOf({ method = fetchTable.method.default, resume }: ConnectionOptions) {
  return {
    unsafe: !isSafe(method),
    resumable: resume !== undefined && isSafe(resume.method ?? 'GET'),
  };
}

/**
 * Whether the transport is the browser's EventSource, which does not tell the status of a refusal, nor an end from a
 * break.
 */
export function isNative({ options }: Model): boolean {
  return options.transport === eventSourceTransport;
}

/** Carries out the actions of the statechart. */
function follow(draft: Draft, event: ConnectionEvent, microsteps: Microsteps): void {
  microsteps.forEach(([snapshot, actions], index) => {
    if (index > 0) draft.choices.push(choose(draft.snapshot, event, true));
    draft.snapshot = snapshot;
    for (const action of actions) applyAction(draft, action);
  });
  draft.choices.push(choose(draft.snapshot, event, true)); // the eventless transitions that it did not take
}

/** Actions are described here, not executed; this applies their effects to the model. */
function applyAction(draft: Draft, action: Action): void {
  const effect = builtInEffect(action);
  switch (effect?.kind) {
    case 'spawn':
      if (effect.src === 'transport') startAttempt(draft, effect.id, effect.input as TransportInput);
      if (effect.src === 'environment') startEnvironment(draft, effect.id);
      break;
    case 'stop':
      draft.pending = draft.pending.filter(({ from }) => from !== effect.id);
      remove(draft, effect.id);
      break;
    case 'send':
      if (draft.attempts[effect.to]) applyCommand(draft, effect.to, effect.event as TransportCommand);
      break;
    case 'delay':
      draft.timers = { ...draft.timers, [effect.event.type]: draft.now + effect.delay };
      break;
    case 'cancel': {
      const { [effect.id]: _, ...others } = draft.timers;
      draft.timers = others;
    }
  }
}

function startAttempt(draft: Draft, id: string, { refresh }: TransportInput): void {
  const { connectTimeout, refresh: renew } = complete(draft.options, transportActorTable);
  const attempt: Attempt = {
    phase: 'preparing',
    refreshes: refresh && renew !== undefined && !draft.isRefreshed,
    askedAfter: '',
    timeoutAt: connectTimeout > 0 ? draft.now + connectTimeout : Infinity,
    heardAt: 0,
    lookAt: Infinity,
    askedAt: null,
    hadMessages: false,
    hasProgressed: false,
  };
  draft.attempts = { ...draft.attempts, [id]: attempt };
}

function remove(draft: Draft, id: string): void {
  const { [id]: _, ...others } = draft.attempts;
  draft.attempts = others;
}

/** At its start it tells what is unusual. */
function startEnvironment({ pending, page, now }: Draft, from: string): void {
  const { offline, hidden } = page;
  if (offline) pending.push({ from, event: { type: 'network.offline', at: now, hidden, random: usualDraw } });
  if (hidden) pending.push({ from, event: { type: 'page.hidden', at: now, hidden } });
}

function applyCommand(draft: Draft, id: string, { type }: TransportCommand): void {
  const { now } = draft;
  if (type === 'stream.prove') change(draft, id, { askedAt: now, heardAt: now, lookAt: now + lookInterval });
}

/** How often a transport actor checks the silence of its stream, in milliseconds. */
export const lookInterval = 15_000;

/** Lets everything happen that happens without time passing. */
function rest(draft: Draft): Model {
  deliverPending(draft);
  const request = requestOf(draft);
  if (request?.phase === 'preparing' && !(request.refreshes && draft.refreshesInSteps)) {
    sendRequest(draft, request.id);
    return rest(draft);
  }
  const { pending: _, ...model } = draft;
  return model;
}
