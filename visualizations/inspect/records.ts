import type { StatelyActorEvent, StatelyEventEvent, StatelySnapshotEvent } from '@statelyai/inspect';
import type { ActorRefLike, AnyActor, AnyEventObject, Snapshot } from 'xstate';
import { isConnection } from '../../machines/connection.ts';
import { isActor } from '../../machines/xstate-internals.ts';
import { definition } from '../chart/definition.ts';
import { isTab, ownerOf } from './shown-actor.ts';

export type { StatelyInspectionEvent as InspectionRecord } from '@statelyai/inspect';

/** The version of `@statelyai/inspect` whose records these are. */
const _version = '0.7.2';

/** That there is an actor, and what it was when it was made, or is now. */
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

/** That an event was sent to an actor. */
export function eventRecord(
  actor: AnyActor,
  at: number,
  { event, source }: { event: AnyEventObject; source: ActorRefLike | undefined },
): StatelyEventEvent {
  // An actor that is not shown is not named either.
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
  // The machine of tabs is not imported, as an app may do without.
  if (isTab(actor)) return definition(0, actor.logic);
  if (!isConnection(actor)) return JSON.stringify({ id: sourceOf(actor) });
  text ??= definition(); // the same text for all: a backlog may hold a thousand connections
  return text;
}

let made = 0;

function common(actor: AnyActor, at: number) {
  return {
    sessionId: actor.sessionId,
    rootId: (ownerOf(actor) ?? actor).sessionId,
    createdAt: String(at),
    id: String(++made), // no draw from `Math.random`, which an app may have made repeatable
    _version,
  };
}
