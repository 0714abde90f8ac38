import type { StatelyActorEvent, StatelyEventEvent, StatelySnapshotEvent } from '@statelyai/inspect';
import type { ActorRefLike, AnyActor, AnyEventObject, Snapshot } from 'xstate';
import { isConnection } from '../../machines/connection.ts';
import { isActor } from '../../machines/xstate-internals.ts';
import { definition } from '../chart/definition.ts';
import { isTab, ownerOf } from './shown-actor.ts';

export type { StatelyInspectionEvent as InspectionRecord } from '@statelyai/inspect';

/** The version of `@statelyai/inspect` whose records these are. */
const _version = '0.7.2';

/** The record of a new actor, in its first or in its present state. */
export function actorRecord(
  actor: AnyActor,
  at: number,
  { name, snapshot }: { name: string; snapshot: Snapshot<unknown> },
): StatelyActorEvent {
  return {
    type: '@xstate.actor',
    name,
    ...common(actor, at),
    parentId: isConnection(actor) || isTab(actor) ? undefined : ownerOf(actor)?.sessionId,
    definition: definitionOf(actor),
    snapshot,
  };
}

/** The record of an event that was sent to an actor. */
export function eventRecord(
  actor: AnyActor,
  at: number,
  { event, source }: { event: AnyEventObject; source: ActorRefLike | undefined },
): StatelyEventEvent {
  // The ID of an actor that is not shown is left out.
  const sourceId = source && isActor(source) && ownerOf(source) ? source.sessionId : undefined;
  return { type: '@xstate.event', event, sourceId, ...common(actor, at) };
}

/** The record of an actor after an event. */
export function snapshotRecord(
  actor: AnyActor,
  at: number,
  { event, snapshot }: { event: AnyEventObject; snapshot: Snapshot<unknown> },
): StatelySnapshotEvent {
  return { type: '@xstate.snapshot', event, snapshot, ...common(actor, at) };
}

/** The name in the statechart of the logic that an actor runs. */
export function sourceOf({ src, id }: AnyActor): string {
  return typeof src === 'string' ? src : id;
}

let text: string | undefined;

function definitionOf(actor: AnyActor): string {
  // The machine of tabs is not imported, because an app may not use it.
  if (isTab(actor)) return definition(0, actor.logic);
  if (!isConnection(actor)) return JSON.stringify({ id: sourceOf(actor) });
  text ??= definition(); // one text for all, because a backlog may hold a thousand connections
  return text;
}

let made = 0;

function common(actor: AnyActor, at: number) {
  return {
    sessionId: actor.sessionId,
    rootId: (ownerOf(actor) ?? actor).sessionId,
    createdAt: String(at),
    id: String(++made), // not from `Math.random`, which an app may have seeded
    _version,
  };
}
