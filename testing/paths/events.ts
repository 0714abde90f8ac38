import type { ConnectionOptions } from '../../adapters/options.ts';
import type { Message } from '../../machines/message.ts';
import { namesOf } from '../../transports/app-functions.ts';
import { mostMessages } from '../../transports/replays/replay-memory.ts';
import { eventNames } from '../../transports/schemas.ts';
import { bufferTime } from '../../transports/stream/liveness.ts';
import { isSafe } from '../../transports/transport.ts';
import { nextNoticed } from './due.ts';
import { type Attempt, isNative, type Model, requestOf, streamOf } from './model.ts';

/** Everything that can happen to a connection. */
export const pathEvents = [
  'accept',
  'refuse',
  'send',
  'end',
  'drop',
  'wait',
  'open',
  'close',
  'reconnect',
  'offline',
  'online',
  'hide',
  'show',
  'freeze',
  'resume',
  'refresh',
  'sleep',
  'leave',
  'return',
  'move',
  'relocate',
  'flood',
  'revive',
] as const;

/** One of {@link pathEvents}. */
export type PathEvent = (typeof pathEvents)[number];

/** The events that happen only where they are named, because not every test can play them. */
export const namedEvents: readonly PathEvent[] = [
  'refresh',
  'sleep',
  'leave',
  'return',
  'move',
  'relocate',
  'flood',
  'revive',
];

/** The events of a page or its network. */
export type PageEvent = 'offline' | 'online' | 'hide' | 'show' | 'freeze' | 'resume';

/** The event of one step of a path. */
export type TestEvent =
  /**
   * The server accepts the request. With `lastEventId`, it resumes after that ID, not after the one that was asked
   * for.
   */
  | { readonly event: 'accept'; readonly lastEventId?: string }
  /** The server answers without a stream; `retryAfter` in milliseconds. */
  | { readonly event: 'refuse'; readonly status: number; readonly retryAfter?: number }
  /** The server sends an event, or, without `data`, only its other fields. */
  | { readonly event: 'send'; readonly message: PathMessage }
  /** The server sends more events at once than a client remembers to recognize a replay. */
  | { readonly event: 'flood'; readonly messages: readonly PathMessage[] }
  /** Time passes, in milliseconds. */
  | { readonly event: 'wait'; readonly ms: number; readonly until: string }
  /** The machine sleeps: time passes and no timer fires, in milliseconds. */
  | { readonly event: 'sleep'; readonly ms: number }
  | { readonly event: Exclude<PathEvent, 'accept' | 'refuse' | 'send' | 'flood' | 'wait' | 'sleep'> };

/** An event of the stream, as a scripted server sends it. */
export interface PathMessage {
  readonly event?: string;
  readonly data?: string;
  /** Null for none. */
  readonly id: string | null;
}

/** The statuses that the statechart distinguishes, in addition to 503. */
const statuses = [401, 403, 404, 408, 410, 204, 200];

/** Longer than any timer, in milliseconds. */
const aNight = 8 * 3_600_000;

/** The events that can happen next. */
export function eventsIn(model: Model): TestEvent[] {
  const { page, now } = model;
  const [request, stream] = [requestOf(model), streamOf(model)];
  const events: TestEvent[] = [];
  if (page.frozen) return [{ event: 'resume' }];
  if (request?.phase === 'requesting') {
    events.push({ event: 'accept' }, { event: 'refuse', status: 503 });
    if (!isNative(model)) events.push(...answersTo(request));
  } else if (request) {
    events.push({ event: 'refresh' });
  }
  if (stream) {
    for (const message of messagesIn(model)) events.push({ event: 'send', message });
    events.push({ event: 'end' });
    if (request?.phase === 'requesting') events.push({ event: 'flood', messages: floodIn(model) });
    if (!request) events.push({ event: 'sleep', ms: aNight });
  }
  if (stream || request?.phase === 'requesting') events.push({ event: 'drop' });
  if (stream?.askedAt != null && now - stream.askedAt <= bufferTime) {
    events.push({ event: 'wait', ms: bufferTime + 1, until: 'a moment passes' });
  }
  const due = nextNoticed(model);
  if (due) events.push({ event: 'wait', ms: due.at - now, until: due.what });
  return [...events, ...appEventsIn(model), ...pageEventsIn(model)];
}

/** A component that is away can only come back. */
function appEventsIn(model: Model): TestEvent[] {
  const { snapshot, isAway, options } = model;
  if (isAway) return [{ event: 'return' }];
  const [request, stream] = [requestOf(model), streamOf(model)];
  const events: TestEvent[] = [
    { event: 'close' },
    { event: 'reconnect' },
    { event: 'move' },
    { event: 'leave' },
  ];
  if (snapshot.hasTag('closed') || snapshot.hasTag('failed')) events.unshift({ event: 'open' });
  // The answer to an unsafe request cannot be continued at another URL.
  if (stream && !request && isSafe(options.method ?? 'GET')) events.push({ event: 'relocate' });
  if (request ?? stream) events.push({ event: 'revive' });
  return events;
}

/** More answers, which the browser's EventSource cannot tell apart. */
function answersTo({ askedAfter }: Attempt): TestEvent[] {
  const events: TestEvent[] = statuses.map((status) => ({ event: 'refuse', status }));
  events.push({ event: 'refuse', status: 429, retryAfter: 20_000 });
  if (askedAfter !== '') events.push({ event: 'accept', lastEventId: 'another' });
  return events;
}

/** One trouble at a time, except that a hidden page may be frozen. */
function pageEventsIn({ page, snapshot }: Model): TestEvent[] {
  if (page.offline) return [{ event: 'online' }];
  if (page.hidden) return [{ event: 'show' }, { event: 'freeze' }];
  const events: PageEvent[] = ['offline', 'hide', 'freeze'];
  // Browsers also tell `online` when one network replaces another, and `resume` when a page wakes that did not sleep.
  if (snapshot.hasTag('backoff')) events.push('online', 'resume');
  return events.map((event) => ({ event }));
}

function messagesIn(model: Model): PathMessage[] {
  const { sent, options } = model;
  const { refreshOn } = options;
  const id = String(sent + 1);
  const event = firstEventOf(options);
  const request = requestOf(model);
  // The browser's EventSource delivers only events.
  const takesBack = request?.phase === 'preparing' && model.snapshot.context.lastEventId !== '';
  const bare = isNative(model) ? [] : takesBack ? [{ id }, { id: '' }] : [{ id }];
  const special = [...namesOf(refreshOn).slice(0, 1), ...farewellsOf(options).slice(0, 1)];
  return [
    { event, data: `event ${id}`, id },
    { event, data: 'an event without an ID', id: null },
    ...bare,
    ...special.map((name) => ({ event: name, data: name, id: null })),
  ];
}

function floodIn({ sent, options }: Model): PathMessage[] {
  const event = firstEventOf(options);
  return Array.from({ length: mostMessages + 1 }, (_, index) => {
    const id = String(sent + 1 + index);
    return { event, data: id, id };
  });
}

function firstEventOf({ events }: ConnectionOptions): string {
  const [event = 'message'] = events ? eventNames(events) : [];
  return event;
}

/** The names with which the server closes the connection. */
function farewellsOf({ closeOn }: ConnectionOptions): readonly string[] {
  return namesOf(closeOn);
}

/** Whether the server closes the connection with a message. */
export function isFarewell({ closeOn }: ConnectionOptions, message: Message): boolean {
  return typeof closeOn === 'function' ? closeOn(message) : namesOf(closeOn).includes(message.event);
}

/** Describes an event, as a person would say it. */
export function describe(event: TestEvent, model: Model): string {
  switch (event.event) {
    case 'accept':
      return event.lastEventId === undefined
        ? 'the server accepts'
        : 'the server accepts, but cannot resume after the last event';
    case 'refuse':
      return event.status === 200
        ? 'the server answers with something that is no event stream'
        : `the server answers ${event.status}${event.retryAfter ? `, to come back in ${event.retryAfter / 1_000} s` : ''}`;
    case 'send':
      return nameOf(event.message, model.options);
    case 'drop':
      return streamOf(model) ? 'the stream breaks' : 'the request is lost on its way';
    case 'wait':
      return event.until;
    default:
      return words[event.event];
  }
}

function nameOf({ event, data, id }: PathMessage, options: ConnectionOptions): string {
  if (id === '') return 'the server takes back its last ID';
  if (data === undefined) return 'the server sends an ID without an event';
  if (event && namesOf(options.refreshOn).includes(event))
    return 'the server says that the credentials expire';
  if (event && farewellsOf(options).includes(event)) return 'the server says goodbye';
  return id === null ? 'the server sends an event without an ID' : 'the server sends an event';
}

const words: Record<Exclude<PathEvent, 'accept' | 'refuse' | 'send' | 'drop' | 'wait'>, string> = {
  end: 'the server ends the stream',
  flood: 'the server sends more than can be kept in mind',
  refresh: 'the credentials are refreshed',
  sleep: 'the machine sleeps and wakes',
  open: 'the app opens the connection',
  close: 'the app closes the connection',
  reconnect: 'the app reconnects',
  leave: 'the component goes away',
  return: 'the component comes back',
  move: 'the URL changes',
  relocate: 'the URL will lead elsewhere',
  revive: 'the actor is stopped and started again',
  offline: 'the network goes away',
  online: 'the network comes back',
  hide: 'the page is hidden',
  show: 'the page is shown',
  freeze: 'the page is frozen',
  resume: 'the page is resumed',
};
