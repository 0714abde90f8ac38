import type { StatelyInspectionEvent } from '@statelyai/inspect';
import type { AnyActorRef, AnyEventObject, InspectionEvent } from 'xstate';
import { unaskedOf } from '../../adapters/inspection.ts';
import type { Connection } from '../../index.ts';

/** Sends what an inspector of connections sends: what is there, and then all that follows, as plain data. */
export function inspectConnection(
  { actor }: Connection,
  name: string,
  send: (record: StatelyInspectionEvent) => void,
  now: () => number = Date.now,
): void {
  const headOf = ({ sessionId }: AnyActorRef) => ({
    sessionId,
    rootId: actor.sessionId,
    createdAt: String(now()),
    id: '',
    _version: '0.7.2',
  });

  function introduce(ref: AnyActorRef, label: string): void {
    const isChild = ref !== actor;
    const parentId = isChild ? actor.sessionId : undefined;
    const snapshot = isChild ? { status: 'active' as const } : stateOf(ref.getSnapshot());
    send({ ...headOf(ref), type: '@xstate.actor', name: label, parentId, definition: undefined, snapshot });
  }

  introduce(actor, name);
  for (const child of Object.values<AnyActorRef | undefined>(actor.getSnapshot().children)) {
    if (child) introduce(child, `${name} · ${child.id}`);
  }
  actor.system.inspect((inspected: InspectionEvent) => {
    const ref = inspected.actorRef as AnyActorRef; // every actor of a system is one
    switch (inspected.type) {
      case '@xstate.actor':
        return introduce(ref, `${name} · ${ref.id}`);
      case '@xstate.event': {
        const sourceId = inspected.sourceRef?.sessionId;
        return send({
          ...headOf(ref),
          type: '@xstate.event',
          event: eventOf(inspected.event, actor),
          sourceId,
        });
      }
      case '@xstate.snapshot': {
        const { event, snapshot } = inspected;
        return send({
          ...headOf(ref),
          type: '@xstate.snapshot',
          event: eventOf(event, actor),
          snapshot: stateOf(snapshot),
        });
      }
    }
  });
}

/** The parts of a snapshot that a viewer needs, as they come out of JSON. */
function stateOf(snapshot: { status?: unknown; value?: unknown; context?: unknown } | undefined) {
  const { status = 'active', value, context } = snapshot ?? {};
  return JSON.parse(JSON.stringify({ status, value, context }));
}

function eventOf(event: AnyEventObject, actor: AnyActorRef): AnyEventObject {
  const { jitter } = event;
  if (event.type !== 'stream.messages') {
    return JSON.parse(JSON.stringify({ ...event, ...(typeof jitter === 'function' && { jitter: true }) }));
  }
  const { type, messages, lastEventId } = event;
  return { type, batches: 1, messages: messages.length, lastEventId, unasked: unaskedOf(actor) };
}
