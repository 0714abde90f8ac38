import type { StateValue } from 'xstate';
import type { ConnectionStatus } from '../../../machines/connection.ts';
import { readAmount, readObject, readText, type UnknownObject } from './read-values.ts';
import { readContext, readFailure, type ShownContext, type ShownFailure } from './shown-context.ts';
import { readTab, type ShownTab } from './shown-tab.ts';
import { statusOf } from './state-value.ts';

/** The state of a connection as a record told it. */
export interface ShownState {
  readonly value: StateValue;
  readonly status: ConnectionStatus;
  readonly context: ShownContext;
  /** The actor runs, as opposed to one that was stopped or has failed as an actor. */
  readonly isActive: boolean;
  /** The snapshot as it came. */
  readonly snapshot: unknown;
}

/** The parts of an event that are shown. */
export interface ShownEvent {
  readonly type: string;
  readonly error?: ShownFailure;
  /** How many messages, in how many chunks of the stream, the event stands for. */
  readonly messages?: number;
  readonly batches?: number;
  /** How many messages have come so far that nobody asked for. */
  readonly unasked?: number;
  /** How many messages their schemas have refused so far. */
  readonly invalid?: number;
  readonly lastEventId?: string;
  readonly resumedAfter?: string;
  /** The delay was made by a function of the app. */
  readonly isOwnJitter?: boolean;
}

/** Whether an event is the end of a request or of a stream. */
export function isFailure({ type }: ShownEvent): boolean {
  return type === 'request.failed' || type === 'stream.failed' || type === 'stream.ended';
}

/** An event, as far as it is shown and as it came. */
interface Told {
  readonly event: ShownEvent;
  readonly cause: unknown;
}

/** An inspection record, as far as it means anything to the viewer. */
export type KnownRecord = {
  /** When it happened, on the wall clock in milliseconds. */
  readonly at: number;
  readonly sessionId: string;
} & (
  | {
      readonly type: 'actor';
      readonly name: string;
      readonly parentId: string | undefined;
      readonly state: ShownState | undefined;
    }
  /** Of a tab that shares a stream; its name comes with its first record only. */
  | { readonly type: 'tab'; readonly name: string | undefined; readonly tab: Omit<ShownTab, 'name'> }
  | ({ readonly type: 'event' } & Told)
  | ({ readonly type: 'snapshot'; readonly state: ShownState } & Told)
);

/** Reads a record of the inspector; undefined when it is none, because anyone may post to a window. */
export function readRecord(value: unknown): KnownRecord | undefined {
  const record = readObject(value);
  const sessionId = readText(record?.['sessionId']);
  const at = timeOf(record?.['createdAt']);
  if (!record || sessionId === undefined || at === undefined) return;
  const cause = record['event'];
  const tab = readTab(record['snapshot']);
  if (tab) return { type: 'tab', at, sessionId, name: readText(record['name'], 120), tab };
  const event = readEvent(cause);
  const state = readState(record['snapshot']);
  switch (record['type']) {
    case '@xstate.actor': {
      const name = readText(record['name'], 120) ?? sessionId;
      return { type: 'actor', at, sessionId, name, parentId: readText(record['parentId']), state };
    }
    case '@xstate.event':
      return event && { type: 'event', at, sessionId, event, cause };
    case '@xstate.snapshot':
      return event && state && { type: 'snapshot', at, sessionId, event, cause, state };
    default:
      return;
  }
}

/** The inspector writes a time as the text of its milliseconds. */
function timeOf(value: unknown): number | undefined {
  const time = readAmount(typeof value === 'string' && value !== '' ? Number(value) : value);
  return time !== undefined && time <= 8.64e15 ? time : undefined; // the last moment of a `Date`
}

function readState(value: unknown): ShownState | undefined {
  const snapshot = readObject(value);
  const context = readContext(snapshot?.['context']);
  const status = statusOf(snapshot?.['value']);
  if (!snapshot || !context || !status) return;
  return {
    value: snapshot['value'] as StateValue, // `statusOf` has checked it
    status,
    context,
    isActive: (snapshot['status'] ?? 'active') === 'active',
    snapshot,
  };
}

function readEvent(value: unknown): ShownEvent | undefined {
  const event = readObject(value);
  const type = readText(event?.['type'], 120);
  if (!event || type === undefined) return;
  const error = readFailure(event['error']);
  const lastEventId = readText(event['lastEventId']);
  const resumedAfter = readText(event['resumedAfter']);
  return {
    type,
    ...(error && { error }),
    ...readTraffic(event),
    ...(lastEventId !== undefined && { lastEventId }),
    ...(resumedAfter !== undefined && { resumedAfter }),
    // As it is, or as `inspectConnections` sends it.
    ...((event['jitter'] === true || typeof event['jitter'] === 'function') && { isOwnJitter: true }),
  };
}

/** `inspectConnections` sends counts; other inspectors hand on the messages themselves. */
function readTraffic(event: UnknownObject): Pick<ShownEvent, 'messages' | 'batches' | 'unasked' | 'invalid'> {
  const { messages } = event;
  if (Array.isArray(messages)) return { messages: messages.length, batches: 1 };
  const count = readAmount(messages);
  const unasked = readAmount(event['unasked']);
  const invalid = readAmount(event['invalid']);
  if (count === undefined) return {};
  const batches = readAmount(event['batches']) ?? 1;
  return {
    messages: count,
    batches,
    ...(unasked !== undefined && { unasked }),
    ...(invalid !== undefined && { invalid }),
  };
}
