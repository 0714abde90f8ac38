import type { StatelyActorEvent, StatelyEventEvent, StatelySnapshotEvent } from '@statelyai/inspect';
import type { ActorRefLike, AnyActor, AnyEventObject, Snapshot } from 'xstate';
import { isActor } from '../../machines/xstate-internals.ts';
import { definition } from '../chart/definition.ts';
import { connectionOf, isConnection } from './shown-actor.ts';

export type { StatelyInspectionEvent as InspectionRecord } from '@statelyai/inspect';

/** The version of `@statelyai/inspect` whose records these are. */
const _version = '0.7.2';

/** That there is an actor, and what it was when it was made, or is now. */
export function actorRecord(
  actor: AnyActor,
  at: number,
  { name, snapshot }: { name: string; snapshot: Snapshot<unknown> },
): StatelyActorEvent {
  const isChild = !isConnection(actor);
  return {
    type: '@xstate.actor',
    name,
    ...common(actor, at),
    parentId: isChild ? connectionOf(actor)?.sessionId : undefined,
    definition: isChild ? JSON.stringify({ id: sourceOf(actor) }) : statechart(),
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
  const sourceId = source && isActor(source) && connectionOf(source) ? source.sessionId : undefined;
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

/** The same text for every connection: a backlog may hold a thousand of them. */
function statechart(): string {
  text ??= definition();
  return text;
}

let made = 0;

function common(actor: AnyActor, at: number) {
  return {
    sessionId: actor.sessionId,
    rootId: (connectionOf(actor) ?? actor).sessionId,
    createdAt: String(at),
    id: String(++made), // no draw from `Math.random`, which an app may have made repeatable
    _version,
  };
}
