import { toFailure } from '../../machines/connection-error.ts';
import type { EnvironmentEvent } from '../../machines/environment.ts';
import type { Message } from '../../machines/message.ts';
import { namesOf } from '../../transports/app-functions.ts';
import { refusalOf } from '../../transports/http/refusal.ts';
import { mostMessages } from '../../transports/replays/replay-memory.ts';
import { bufferTime } from '../../transports/stream/liveness.ts';
import { usualDraw } from '../chance.ts';
import { nextDue } from './due.ts';
import { isFarewell, type PageEvent, type PathMessage, type TestEvent } from './events.ts';
import {
  after,
  change,
  type Draft,
  deliverPending,
  end,
  fail,
  isNative,
  lookInterval,
  type Model,
  requestOf,
  sendRequest,
  streamOf,
  tell,
} from './model.ts';

/** Performs an event on a model, and returns the next model. */
export function perform(model: Model, event: TestEvent): Model {
  return after(model, (draft) => {
    const [request, stream] = [requestOf(draft), streamOf(draft)];
    switch (event.event) {
      case 'accept':
        return request && accept(draft, request.id, event.lastEventId);
      case 'refuse':
        return request && fail(draft, request.id, refusal(draft, event));
      case 'send':
        return stream && send(draft, stream.id, [event.message]);
      case 'flood':
        return stream && flood(draft, stream.id, event.messages);
      case 'end':
        return stream && (isNative(draft) ? fail(draft, stream.id, broken) : endStream(draft, stream.id));
      case 'drop':
        return drop(draft);
      case 'wait':
        return pass(draft, draft.now + event.ms);
      case 'sleep':
        return sleep(draft, draft.now + event.ms);
      case 'refresh':
        return request && sendRequest(draft, request.id);
      case 'open':
      case 'close':
      case 'reconnect':
      case 'move':
        return tell(draft, { type: event.event });
      case 'leave':
        draft.isAway = true;
        return tell(draft, { type: 'suspend' });
      case 'return':
        draft.isAway = false;
        return tell(draft, { type: 'resume', at: draft.now });
      case 'relocate':
        draft.isElsewhere = true;
        return undefined;
      case 'revive':
        return revive(draft);
      default:
        return signal(draft, event.event);
    }
  });
}

const broken = { kind: 'network' } as const;

function accept(draft: Draft, id: string, resumedAfter: string | undefined): void {
  const { now } = draft;
  const { askedAfter = '' } = draft.attempts[id] ?? {};
  change(draft, id, { phase: 'streaming', heardAt: now, lookAt: now + lookInterval });
  tell(draft, { type: 'request.accepted', at: now });
  if (askedAfter !== '' && resumedAfter !== undefined && !isNative(draft)) {
    tell(draft, { type: 'stream.gap', lastEventId: askedAfter, resumedAfter });
  }
  const missed = askedAfter === '' ? [] : draft.untaken;
  draft.untaken = [];
  if (missed.length > 0) send(draft, id, missed);
}

function refusal(model: Model, { status, retryAfter }: TestEvent & { event: 'refuse' }) {
  if (isNative(model)) return broken;
  const seconds = retryAfter === undefined ? null : String(retryAfter / 1_000);
  const get = (name: string) => (name.toLowerCase() === 'retry-after' ? seconds : null);
  const refused = refusalOf({ status, headers: { get } });
  return refused ? toFailure(refused) : broken;
}

/** The client reads messages that the server sent at once. */
function send(draft: Draft, id: string, given: readonly PathMessage[]): void {
  const { now, options } = draft;
  hear(draft, id);
  let { lastEventId } = draft.snapshot.context;
  const messages: Message[] = [];
  for (const { event = 'message', data, id: own } of given) {
    lastEventId = own ?? lastEventId;
    if (data !== undefined) messages.push({ event, data, id: lastEventId });
    draft.sent = Math.max(draft.sent, Number(own));
  }
  const isNews = given.some(({ id: own }) => own) && draft.attempts[id]?.hasProgressed === false;
  draft.sinceRequest += messages.length;
  change(draft, id, { heardAt: now, ...(messages.length > 0 && { hadMessages: true }) });
  tell(draft, { type: 'stream.messages', messages, lastEventId });
  if (isNews) tell(draft, { type: 'stream.progressed' });
  if (isNews) change(draft, id, { hasProgressed: true });
  if (messages.some(({ event }) => namesOf(options.refreshOn).includes(event))) {
    tell(draft, { type: 'stream.expiring' });
  }
  if (messages.some((message) => isFarewell(options, message))) end(draft, id, true);
}

/**
 * The server sends more than the client can recognize as a replay, so the client leaves the rest to the request that
 * is under way.
 */
function flood(draft: Draft, id: string, messages: readonly PathMessage[]): void {
  hear(draft, id);
  // The browser's EventSource delivers messages one by one. Those that can still be recognized are taken.
  const room = mostMessages - draft.sinceRequest;
  const taken = isNative(draft) ? messages.slice(0, room).map((message) => [message]) : [];
  for (const one of taken) send(draft, id, one);
  const rest = messages.slice(taken.length);
  if (requestOf(draft) === undefined) {
    for (const some of isNative(draft) ? rest.map((one) => [one]) : [rest]) send(draft, id, some);
    return;
  }
  draft.sent += rest.length;
  draft.untaken = rest;
  tell(draft, { type: 'stream.overran' });
}

/** Data that come right after a sleep may have been in a buffer. */
function hear(draft: Draft, id: string): void {
  const { now } = draft;
  const askedAt = draft.attempts[id]?.askedAt ?? now;
  if (now - askedAt <= bufferTime) return;
  change(draft, id, { askedAt: null });
  tell(draft, { type: 'stream.alive' });
}

/** With `closeOn`, a stream that ends without that message was cut short. */
function endStream(draft: Draft, id: string): void {
  end(draft, id, draft.options.closeOn === undefined ? undefined : false);
}

function drop(draft: Draft): void {
  const attempt = streamOf(draft) ?? requestOf(draft);
  if (attempt) fail(draft, attempt.id, broken);
}

/** Time passes: everything that is due until then happens, each thing at its own time. */
function pass(draft: Draft, until: number): void {
  for (let due = nextDue(draft); due && due.at <= until; due = nextDue(draft)) {
    draft.now = Math.max(draft.now, due.at);
    due.happen(draft);
  }
  draft.now = until;
}

/** Time has passed: everything that was due happens late. */
function sleep(draft: Draft, until: number): void {
  draft.now = until;
  pass(draft, until);
}

/** All actors of the connection tell that they were started again, in order, before the next event. */
function revive(draft: Draft): void {
  const { now: at, page, snapshot, attempts } = draft;
  const { hidden } = page;
  for (const id of Object.keys(snapshot.children)) {
    tell(draft, attempts[id] ? { type: 'transport.restarted' } : { type: 'page.resumed', at, hidden });
  }
}

function signal(draft: Draft, event: PageEvent): void {
  const { now } = draft;
  const [change, ...types] = signals[event];
  draft.page = { ...draft.page, ...change };
  for (const type of types) {
    const random = type === 'network.offline' && { random: usualDraw };
    if (listens(draft)) tell(draft, { type, at: now, hidden: draft.page.hidden, ...random });
    deliverPending(draft);
  }
}

/** The effect of each event of the page, and the events that the statechart gets: twice where browsers send two. */
const signals: Record<PageEvent, [Partial<Model['page']>, ...EnvironmentEvent['type'][]]> = {
  offline: [{ offline: true }, 'network.offline'],
  online: [{ offline: false }, 'network.online'],
  hide: [{ hidden: true }, 'page.hidden'],
  show: [{ hidden: false }, 'page.visible'],
  freeze: [{ frozen: true }, 'page.frozen', 'page.frozen'],
  resume: [{ frozen: false }, 'page.resumed', 'page.resumed'],
};

/** Whether the statechart has an actor that listens to the page. */
function listens({ snapshot, attempts }: Model): boolean {
  return Object.keys(snapshot.children).some((id) => !(id in attempts) && !id.startsWith('transport'));
}
