import type { ConnectionOptions } from '../../adapters/options.ts';
import { namesOf } from '../../transports/supply.ts';
import { dueOf } from './due.ts';
import { type Asking, isNative, type World } from './world.ts';

/** Everything that can happen to a connection, by who does it. */
export const pathEvents = [
  'accept',
  'refuse',
  'send',
  'end',
  'drop',
  'wait',
  'refresh',
  'open',
  'close',
  'reconnect',
  'offline',
  'online',
  'hide',
  'show',
  'freeze',
  'resume',
] as const;

/** One of {@link pathEvents}. */
export type PathEvent = (typeof pathEvents)[number];

/** What a page or its network does. */
export type PageEvent = 'offline' | 'online' | 'hide' | 'show' | 'freeze' | 'resume';

/** What happens in one step of a path. */
export type Deed =
  /** The server accepts the request; with an ID, it resumes after that one, and not after the one asked for. */
  | { readonly event: 'accept'; readonly lastEventId?: string }
  /** The server answers without a stream; `retryAfter` in milliseconds. */
  | { readonly event: 'refuse'; readonly status: number; readonly retryAfter?: number }
  /** The server sends an event, or without `data` only what else there is. */
  | { readonly event: 'send'; readonly message: PathMessage }
  /** Time passes, in milliseconds. */
  | { readonly event: 'wait'; readonly ms: number; readonly until: string }
  | { readonly event: Exclude<PathEvent, 'accept' | 'refuse' | 'send' | 'wait'> };

/** An event of the stream, as a scripted server sends it. */
export interface PathMessage {
  readonly event?: string;
  readonly data?: string;
  /** Null for none. */
  readonly id: string | null;
}

/** What the statechart tells from one another besides an answer of 503. */
const statuses = [401, 403, 404, 408, 204, 200];

/** What can happen next. */
export function deedsIn(world: World): Deed[] {
  const { page, snapshot, asking, reading } = world;
  const deeds: Deed[] = [];
  if (page.frozen) return [{ event: 'resume' }];
  if (asking?.sent) {
    deeds.push({ event: 'accept' }, { event: 'refuse', status: 503 });
    if (!isNative(world)) deeds.push(...answersTo(asking));
  } else if (asking) {
    deeds.push({ event: 'refresh' });
  }
  if (reading) {
    for (const message of messagesIn(world)) deeds.push({ event: 'send', message });
    deeds.push({ event: 'end' });
  }
  if (reading || asking?.sent) deeds.push({ event: 'drop' });
  const due = dueOf(world);
  if (due) deeds.push({ event: 'wait', ms: due.at - world.now, until: due.what });
  if (snapshot.hasTag('closed') || snapshot.hasTag('failed')) deeds.push({ event: 'open' });
  deeds.push({ event: 'close' }, { event: 'reconnect' });
  return [...deeds, ...pageDeedsIn(world)];
}

/** Answers that the browser's EventSource cannot tell from those. */
function answersTo({ lastEventId }: Asking): Deed[] {
  const deeds: Deed[] = statuses.map((status) => ({ event: 'refuse', status }));
  deeds.push({ event: 'refuse', status: 429, retryAfter: 20_000 });
  if (lastEventId !== '') deeds.push({ event: 'accept', lastEventId: 'another' });
  return deeds;
}

/** One trouble at a time, but that a page is hidden before it is frozen. */
function pageDeedsIn({ page, snapshot }: World): Deed[] {
  if (page.offline) return [{ event: 'online' }];
  if (page.hidden) return [{ event: 'show' }, { event: 'freeze' }];
  const deeds: PageEvent[] = ['offline', 'hide', 'freeze'];
  // Browsers tell of a network that was exchanged for another, and of a page that wakes without having slept.
  if (snapshot.hasTag('backoff')) deeds.push('online', 'resume');
  return deeds.map((event) => ({ event }));
}

function messagesIn(world: World): PathMessage[] {
  const { sent, options, asking } = world;
  const { refreshOn, closeOn, events = ['message'] } = options;
  const id = String(sent + 1);
  const [event = 'message'] = events;
  const special = [...namesOf(refreshOn).slice(0, 1), ...namesOf(closeOn).slice(0, 1)];
  // The browser's EventSource hands over events alone.
  const bare = isNative(world) ? [] : asking && !asking.sent ? [{ id }, { id: '' }] : [{ id }];
  return [
    { event, data: `event ${id}`, id },
    ...bare,
    ...special.map((name) => ({ event: name, data: name, id: null })),
  ];
}

/** What happens, as a person would say it. */
export function describe(deed: Deed, { reading, options }: World): string {
  switch (deed.event) {
    case 'accept':
      return deed.lastEventId === undefined
        ? 'the server accepts'
        : 'the server accepts, but cannot resume after the last event';
    case 'refuse':
      return deed.status === 200
        ? 'the server answers with something that is no event stream'
        : `the server answers ${deed.status}${deed.retryAfter ? `, to come back in ${deed.retryAfter / 1_000} s` : ''}`;
    case 'send':
      return nameOf(deed.message, options);
    case 'drop':
      return reading ? 'the stream breaks' : 'the request is lost on its way';
    case 'wait':
      return deed.until;
    default:
      return words[deed.event];
  }
}

function nameOf({ event, data, id }: PathMessage, { refreshOn, closeOn }: ConnectionOptions): string {
  if (id === '') return 'the server takes back its last ID';
  if (data === undefined) return 'the server sends an ID without an event';
  if (event && namesOf(refreshOn).includes(event)) return 'the server says that the credentials expire';
  if (event && namesOf(closeOn).includes(event)) return 'the server says goodbye';
  return 'the server sends an event';
}

const words: Record<Exclude<PathEvent, 'accept' | 'refuse' | 'send' | 'drop' | 'wait'>, string> = {
  end: 'the server ends the stream',
  refresh: 'the credentials are refreshed',
  open: 'the app opens the connection',
  close: 'the app closes the connection',
  reconnect: 'the app reconnects',
  offline: 'the network goes away',
  online: 'the network comes back',
  hide: 'the page is hidden',
  show: 'the page is shown',
  freeze: 'the page is frozen',
  resume: 'the page is resumed',
};
