import type { EnvironmentEvent } from '../../machines/environment.ts';
import { refusalOf } from '../../transports/refusal.ts';
import { namesOf } from '../../transports/supply.ts';
import { bufferTime } from '../../transports/vigil.ts';
import type { Deed, PageEvent } from './deeds.ts';
import { dueOf } from './due.ts';
import {
  after,
  type Draft,
  type Fault,
  finish,
  isNative,
  lose,
  readMail,
  sendRequest,
  tell,
  type World,
} from './world.ts';

/** What becomes of the world when something is done in it. */
export function perform(world: World, deed: Deed): World {
  return after(world, (draft) => {
    switch (deed.event) {
      case 'accept':
        return accept(draft, deed.lastEventId);
      case 'refuse':
        return lose(draft, 'asking', refusal(draft, deed));
      case 'send':
        return send(draft, deed);
      case 'end':
        return lose(draft, 'reading', isNative(draft) ? broken : { kind: 'ended', ending: { final: false } });
      case 'drop':
        return lose(draft, draft.reading ? 'reading' : 'asking', broken);
      case 'wait':
        return pass(draft, deed.ms);
      case 'refresh':
        return sendRequest(draft);
      case 'open':
      case 'close':
      case 'reconnect':
        return tell(draft, { type: deed.event });
      default:
        return signal(draft, deed.event);
    }
  });
}

const broken: Fault = { kind: 'network' };

function accept(draft: Draft, resumedAfter: string | undefined): void {
  const { now, asking } = draft;
  Object.assign(draft, { asking: null, reading: { heardAt: now, doubtedAt: null }, renewable: true });
  tell(draft, { type: 'transport.opened', at: now });
  if (!asking || resumedAfter === undefined || isNative(draft)) return;
  tell(draft, { type: 'transport.gap', lastEventId: asking.lastEventId, resumedAfter });
}

function refusal(world: World, { status, retryAfter }: Deed & { event: 'refuse' }): Fault {
  if (isNative(world)) return broken;
  const seconds = retryAfter === undefined ? null : String(retryAfter / 1_000);
  const get = (name: string) => (name.toLowerCase() === 'retry-after' ? seconds : null);
  return refusalOf({ status, headers: { get } })?.toJSON() ?? broken;
}

function send(draft: Draft, { message: { event = 'message', data, id } }: Deed & { event: 'send' }): void {
  const { now, reading, asking, snapshot, options } = draft;
  const doubtedAt = reading?.doubtedAt ?? now;
  draft.reading = {
    heardAt: now,
    doubtedAt: now - doubtedAt > bufferTime ? null : (reading?.doubtedAt ?? null),
  };
  if (asking?.doubts) draft.asking = null; // it was alive after all
  if (id) draft.sent += 1;
  const lastEventId = id ?? snapshot.context.lastEventId;
  const messages = data === undefined ? [] : [{ event, data, id: lastEventId }];
  tell(draft, { type: 'transport.messages', messages, lastEventId });
  if (namesOf(options.refreshOn).includes(event)) tell(draft, { type: 'transport.expiring' });
  if (namesOf(options.closeOn).includes(event)) finish(draft, { kind: 'ended', ending: { final: true } });
}

/** Time passes: what is due until then happens, each thing at its own time. */
function pass(draft: Draft, ms: number): void {
  const end = draft.now + ms;
  for (let due = dueOf(draft); due && due.at <= end; due = dueOf(draft)) {
    draft.now = due.at;
    due.happen(draft);
  }
  draft.now = end;
}

function signal(draft: Draft, event: PageEvent): void {
  const { now } = draft;
  const [change, ...types] = signals[event];
  draft.page = { ...draft.page, ...change };
  for (const type of types) {
    if (listens(draft)) tell(draft, { type, at: now, hidden: draft.page.hidden });
    readMail(draft);
  }
}

/** What each event of the page changes, and how the statechart is told of it: twice where browsers say it twice. */
const signals: Record<PageEvent, [Partial<World['page']>, ...EnvironmentEvent['type'][]]> = {
  offline: [{ offline: true }, 'network.offline'],
  online: [{ offline: false }, 'network.online'],
  hide: [{ hidden: true }, 'page.hidden'],
  show: [{ hidden: false }, 'page.visible'],
  freeze: [{ frozen: true }, 'page.frozen', 'page.frozen'],
  resume: [{ frozen: false }, 'page.resumed', 'page.resumed'],
};

/** Whether the statechart has an actor that listens to the page. */
function listens({ snapshot }: World): boolean {
  return Object.keys(snapshot.children).some((id) => id !== 'transport');
}
