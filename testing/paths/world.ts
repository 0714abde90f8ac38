import { getInitialMicrosteps, getMicrosteps, type SnapshotFrom } from 'xstate';
import { type ConnectionOptions, settingsOf } from '../../adapters/options.ts';
import { backoffDelay } from '../../machines/backoff.ts';
import { type Choice, choose } from '../../machines/chart.ts';
import {
  type ConnectionEvent,
  connectionMachine,
  type TransportCommand,
  type TransportInput,
} from '../../machines/connection.ts';
import type { Failure } from '../../machines/connection-error.ts';
import { eventSourceTransport } from '../../transports/event-source.ts';
import { isSafe } from '../../transports/method.ts';
import { usualDraw } from '../chance.ts';

/** A request that has no stream yet. */
export interface Asking {
  /** It has reached the server; before that, the credentials are refreshed. */
  readonly sent: boolean;
  /** The ID that it resumes after. */
  readonly lastEventId: string;
  /** When it has taken too long, on the wall clock. */
  readonly due: number;
  /** It was made because the credentials expire, or because the stream was doubted. */
  readonly renews: boolean;
  readonly doubts: boolean;
}

/** A stream that is open. */
export interface Reading {
  /** When it was heard last, on the wall clock. */
  readonly heardAt: number;
  /** Since when it has to prove that it is alive; null when it has not. */
  readonly doubtedAt: number | null;
}

/**
 * A connection at one moment, and what is around it: the statechart itself, which decides, and the least of a
 * transport, a server, a page and a clock that tells it what happens.
 */
export interface World {
  readonly options: ConnectionOptions;
  /** Whether `refresh` takes its time, until the step that says that it is done. */
  readonly refreshesInSteps: boolean;
  readonly snapshot: SnapshotFrom<typeof connectionMachine>;
  /** The wall clock, in milliseconds. */
  readonly now: number;
  readonly page: { readonly offline: boolean; readonly hidden: boolean; readonly frozen: boolean };
  readonly asking: Asking | null;
  readonly reading: Reading | null;
  /** The credentials may be renewed while the stream lasts. */
  readonly renewable: boolean;
  /** When the server, which refused to renew them, allows the next request. */
  readonly notBefore: number;
  /** When the statechart sends itself what, by the name of the event. */
  readonly timers: Readonly<Record<string, number>>;
  /** How many requests have reached the server. */
  readonly requests: number;
  /** How many events the server has sent, which are numbered. */
  readonly sent: number;
  /** What the statechart chose in the last step. */
  readonly choices: readonly Choice[];
}

export type Draft = {
  -readonly [Key in keyof World]: World[Key];
} & {
  choices: Choice[];
  /** What the actors of the statechart are about to tell it, unless they are stopped before. */
  mail: { readonly from: 'transport' | 'environment'; readonly event: ConnectionEvent }[];
};

/** How an attempt went wrong. */
export type Fault = Partial<Failure> &
  Pick<Failure, 'kind'> & {
    /** The server has ended the stream, for good or not. */
    readonly ending?: { readonly final: boolean };
  };

type Microsteps = ReturnType<typeof getMicrosteps<typeof connectionMachine>>;
type Action = Microsteps[number][1][number];

/** The world when the connection was made, and nothing has happened yet. */
export function begin(options: ConnectionOptions, now: number, refreshesInSteps = false): World {
  const input = { ...settingsOf(options), lastEventId: options.lastEventId };
  const microsteps = getInitialMicrosteps(connectionMachine, input);
  const [first] = microsteps;
  if (!first || first[0].status === 'error') throw first?.[0].error;
  const draft: Draft = {
    options,
    refreshesInSteps,
    snapshot: first[0],
    now,
    page: { offline: false, hidden: false, frozen: false },
    asking: null,
    reading: null,
    renewable: true,
    notBefore: 0,
    timers: {},
    requests: 0,
    sent: 0,
    choices: [],
    mail: [],
  };
  follow(draft, { type: 'open' }, microsteps);
  return rest(draft);
}

/** The world after something has happened in it: a draft of what it becomes is changed. */
export function after(world: World, happen: (draft: Draft) => void): World {
  const draft: Draft = { ...world, choices: [], mail: [] };
  happen(draft);
  return rest(draft);
}

/** Lets the statechart hear an event, and does what it wants done. */
export function tell(draft: Draft, event: ConnectionEvent): void {
  draft.choices.push(choose(draft.snapshot, event));
  follow(draft, event, getMicrosteps(connectionMachine, draft.snapshot, event));
}

/** Lets the statechart hear what its actors have to tell as soon as they start. */
export function readMail(draft: Draft): void {
  for (let letter = draft.mail.shift(); letter; letter = draft.mail.shift()) tell(draft, letter.event);
}

/** Its request has not succeeded, or its stream is over: nothing of the transport is left. */
export function finish(draft: Draft, { ending, ...fault }: Fault): void {
  const { options, now, notBefore, snapshot, page } = draft;
  const { jitter, refresh } = options;
  const { settings, retries } = snapshot.context;
  const retryAfter = Math.max(fault.retryAfter ?? 0, notBefore - now);
  const error = { message: '', ...fault, ...(retryAfter > 0 && { retryAfter }) };
  const outcome = {
    at: now,
    random: usualDraw,
    jittered: typeof jitter === 'function' ? jitter(backoffDelay(settings, retries)) : undefined,
    refreshable: refresh !== undefined,
    offline: page.offline,
  };
  Object.assign(draft, { asking: null, reading: null });
  if (ending) tell(draft, { type: 'transport.ended', ...ending, error, ...outcome });
  else tell(draft, { type: 'transport.failed', error, ...outcome });
}

/** What a fault of a request or of a stream comes to: where there is another, that one goes on. */
export function lose(draft: Draft, which: 'asking' | 'reading', fault: Fault): void {
  const { asking, reading } = draft;
  const isOver = fault.ending !== undefined && asking?.renews;
  if (which === 'reading' && asking && !isOver) {
    draft.reading = null;
    tell(draft, { type: 'transport.lost' });
  } else if (which === 'asking' && reading && asking?.renews) {
    draft.asking = null;
    draft.renewable = false;
    draft.notBefore = draft.now + (fault.retryAfter ?? 0);
  } else {
    finish(draft, fault);
  }
}

/** The credentials are there: the request leaves, unless it would repeat what the open stream brings. */
export function sendRequest(draft: Draft): void {
  const { asking, reading, options, snapshot } = draft;
  if (!asking) return;
  const { lastEventId } = snapshot.context;
  if (asking.renews && reading && (isUnsafe(options) || lastEventId === '')) {
    tell(draft, { type: 'transport.restarted' });
    return;
  }
  draft.asking = { ...asking, sent: true, lastEventId };
  draft.requests += 1;
}

/** The browser's own EventSource tells neither the status of a refusal nor an end from a break. */
export function isNative({ options }: World): boolean {
  return options.transport === eventSourceTransport;
}

function isUnsafe({ method = 'GET' }: ConnectionOptions): boolean {
  return !isSafe(method);
}

/** Does what the statechart wants done. */
function follow(draft: Draft, event: ConnectionEvent, microsteps: Microsteps): void {
  microsteps.forEach(([snapshot, actions], index) => {
    if (index > 0) draft.choices.push(choose(draft.snapshot, event, true));
    draft.snapshot = snapshot;
    for (const action of actions) obey(draft, action);
  });
  draft.choices.push(choose(draft.snapshot, event, true)); // what it does not do of itself
}

/** What is read of the actions of XState itself. */
interface ActionParams {
  readonly id: string;
  readonly src: string;
  readonly input: TransportInput;
  readonly targetId: string;
  readonly sendId: string;
  readonly delay: number;
  readonly event: { readonly type: string };
}

/** The actions are described, not executed: this is what each of them would bring about. */
function obey(draft: Draft, action: Action): void {
  const type: string = action.type;
  const { id, src, input, sendId, targetId, delay, event } = action.params as unknown as ActionParams;
  if (type === 'xstate.spawnChild' && id === 'transport') startTransport(draft, input);
  if (type === 'xstate.spawnChild' && src === 'environment') startEnvironment(draft);
  if (type === 'xstate.stopChild') {
    const from = id === 'transport' ? id : 'environment';
    draft.mail = draft.mail.filter((letter) => letter.from !== from);
    if (from === 'transport') Object.assign(draft, { asking: null, reading: null });
  }
  if (type === 'xstate.sendTo' && targetId === 'transport') command(draft, event as TransportCommand);
  if (type === 'xstate.raise') draft.timers = { ...draft.timers, [event.type]: draft.now + delay };
  if (type === 'xstate.cancel') {
    const { [sendId]: _, ...others } = draft.timers;
    draft.timers = others;
  }
}

function startTransport(draft: Draft, { refresh }: TransportInput): void {
  Object.assign(draft, { renewable: true, notBefore: 0 });
  if (isUnsafe(draft.options)) draft.mail.push({ from: 'transport', event: { type: 'transport.unsafe' } });
  ask(draft, refresh);
}

function ask(draft: Draft, renews: boolean): void {
  const { connectTimeout = 15_000 } = draft.options;
  const due = connectTimeout > 0 ? draft.now + connectTimeout : Infinity;
  draft.asking = { sent: false, lastEventId: '', due, renews, doubts: false };
}

/** It tells at first what is unusual. */
function startEnvironment({ mail, page, now }: Draft): void {
  const { offline, hidden } = page;
  if (offline) mail.push({ from: 'environment', event: { type: 'network.offline', at: now, hidden } });
  if (hidden) mail.push({ from: 'environment', event: { type: 'page.hidden', at: now, hidden } });
}

function command(draft: Draft, command: TransportCommand): void {
  const { reading, asking, renewable, now } = draft;
  if (command.type === 'stream.prove' && reading?.doubtedAt === null)
    draft.reading = { heardAt: now, doubtedAt: now };
  if (command.type === 'stream.replace' && (!command.refresh || (!asking && renewable)))
    ask(draft, command.refresh);
}

/** Lets everything that happens by itself happen, but for the passing of time. */
function rest(draft: Draft): World {
  readMail(draft);
  const { asking, options, refreshesInSteps } = draft;
  if (asking && !asking.sent && !(asking.renews && options.refresh && refreshesInSteps)) {
    sendRequest(draft);
    return rest(draft);
  }
  const { mail: _, ...world } = draft;
  return world;
}
