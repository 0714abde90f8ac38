import type { AnyActor, AnyEventObject, Snapshot, SnapshotFrom } from 'xstate';
import { usersOf } from '../../adapters/inspection.ts';
import type { ConnectionEvent, connectionMachine, TransportCommand } from '../../machines/connection.ts';
import { isConnection } from '../../machines/connection.ts';
import { toFailure } from '../../machines/connection-error.ts';
import { leadershipOf } from '../../machines/leadership.ts';
import type { Message } from '../../machines/message.ts';
import type { ChannelCommand, LockCommand, TabsEvent, tabsMachine } from '../../machines/tabs.ts';
import { isTab } from './shown-actor.ts';
import type { Tally } from './traffic.ts';

type KnownEvent = ConnectionEvent | TransportCommand | TabsEvent | LockCommand | ChannelCommand;

/** The names of the fields of an event. */
type FieldOf<Event, Type> = Event extends { readonly type: infer Own }
  ? Type extends Own
    ? Exclude<keyof Event, 'type'>
    : never
  : never;

const outcome = ['error', 'at', 'random', 'jitter', 'refreshable', 'offline'] as const;
const moment = ['at', 'hidden'] as const;
const word = ['from', 'isVisible', 'since'] as const;

/** The fields of each event that are shown, in addition to its type. Messages are shown in another way. */
export const shownFields: {
  readonly [Type in Exclude<KnownEvent['type'], 'stream.messages'>]: readonly FieldOf<KnownEvent, Type>[];
} = {
  open: [],
  close: ['lastEventId'],
  reconnect: ['lastEventId'],
  move: [],
  suspend: ['lastEventId'],
  resume: ['at'],
  'request.ready': ['unsafe', 'resumable'],
  'request.moved': [],
  'request.accepted': ['at'],
  'request.failed': outcome,
  'stream.progressed': [],
  'stream.gap': ['lastEventId', 'resumedAfter'],
  'stream.expiring': [],
  'stream.alive': [],
  'stream.overslept': [],
  'stream.overran': [],
  'stream.failed': outcome,
  'stream.ended': [...outcome, 'final', 'hadMessages'],
  'transport.restarted': [],
  'network.online': moment,
  'network.offline': [...moment, 'random'],
  'page.hidden': moment,
  'page.visible': moment,
  'page.frozen': moment,
  'page.resumed': moment,
  'stream.settle': [],
  'stream.prove': [],
  'stream.wanted': [],
  'stream.unwanted': [],
  'scope.closed': [],
  'stream.identified': ['isResumable'],
  'sharing.unavailable': [],
  'tab.joined': word,
  'tab.heard': word,
  'tab.left': word,
  'tabs.counted': word,
  'leader.doubted': word,
  'leader.heard': word,
  'leader.opened': word,
  'leader.refused': word,
  'leader.alive': [],
  'lock.granted': ['at'],
  'lock.stolen': [],
  'lock.steal': [],
  'lock.pass': [],
  'lock.leave': [],
};

/**
 * An event as it may be shown. Of an unknown event only the type is, without the input of `xstate.init` for example.
 */
export function redactEvent(event: AnyEventObject): AnyEventObject {
  const shown: AnyEventObject = { type: event.type };
  for (const field of isKnown(event.type) ? shownFields[event.type] : []) {
    const value: unknown = event[field];
    if (field === 'error') shown[field] = toFailure(event[field]);
    // Functions do not leave the page. `true` tells that the app made the delay.
    else if (field === 'jitter' && typeof value === 'function') shown[field] = true;
    else if (Object(value) !== value && value !== undefined) shown[field] = value;
  }
  return shown;
}

function isKnown(type: string): type is keyof typeof shownFields {
  return Object.hasOwn(shownFields, type);
}

/** An actor as it may be shown. Of a transport, whose snapshot has its input, only whether it runs. */
export function redactSnapshot(actor: AnyActor): Snapshot<unknown> {
  if (isConnection(actor)) return connectionSnapshot(actor.getSnapshot(), usersOf(actor));
  if (isTab(actor)) return tabSnapshot(actor.getSnapshot());
  return bare(actor.getSnapshot().status);
}

/** The context of a tab has a random name, and neither the scope nor the URL. */
function tabSnapshot(snapshot: SnapshotFrom<typeof tabsMachine>): Snapshot<unknown> {
  const { status, value, context, tags } = snapshot;
  const told = { ...context, leadership: leadershipOf(context) };
  return plain({ ...bare(status), value, context: told, tags: [...tags] });
}

/** @param users How many users share the connection; undefined where it is not shared. */
export function connectionSnapshot(
  snapshot: SnapshotFrom<typeof connectionMachine>,
  users: number | undefined,
): Snapshot<unknown> {
  const { status, value, context, tags } = snapshot;
  return plain({ ...bare(status), value, context: { ...context, users }, tags: [...tags] });
}

/**
 * Messages as they may be shown: counted, and quoted only with `payloads`.
 *
 * @param leftOut How many were left out so far: because nobody asked for them, or because their schemas refuse them.
 */
export function redactTally(
  { batches, messages, lastEventId, last }: Tally,
  payloads: boolean,
  { unasked, invalid }: { readonly unasked: number; readonly invalid: number },
): AnyEventObject {
  const counts = {
    type: 'stream.messages',
    batches,
    messages,
    lastEventId,
    ...(unasked > 0 && { unasked }),
    ...(invalid > 0 && { invalid }),
  };
  return payloads ? { ...counts, last: last.map(excerptOf) } : counts;
}

const shownCharacters = 1_000;

/** The data that `parse` has made of a message may be anything, of any size. */
function excerptOf({ event, id, data }: Message): Message {
  try {
    const text = JSON.stringify(data) ?? String(data);
    const isShort = text.length <= shownCharacters;
    return { event, id, data: isShort ? JSON.parse(text) : `${text.slice(0, shownCharacters)}…` };
  } catch {
    return { event, id, data: `(${typeof data})` }; // circular, or not possible in JSON
  }
}

function bare(status: Snapshot<unknown>['status']): Snapshot<unknown> {
  return { status, output: undefined, error: undefined };
}

/** The value after JSON, where `Infinity` is null, which the statechart understands. */
function plain<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value));
}
