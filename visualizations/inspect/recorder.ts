import type { ActorRefLike, AnyActor, AnyEventObject, InspectionEvent } from 'xstate';
import { invalidOf, unaskedOf, usersOf } from '../../adapters/inspection.ts';
import { isConnection } from '../../machines/connection.ts';
import { isActor, startEvent } from '../../machines/xstate-internals.ts';
import { createConnectionNames } from './connection-names.ts';
import type { InspectionSettings } from './options.ts';
import { actorRecord, eventRecord, type InspectionRecord, snapshotRecord, sourceOf } from './records.ts';
import { connectionSnapshot, redactEvent, redactSnapshot, redactTally } from './redact.ts';
import { givenName, isTab, ownerOf } from './shown-actor.ts';
import { createTraffic, type MessagesEvent } from './traffic.ts';

/** Makes records from the inspection events of XState, at once, because the actors change right after. */
export interface Recorder {
  observe(event: InspectionEvent): void;
  /** Records an actor in its present state, and the actors that it has made. */
  introduce(actor: AnyActor, name?: string): void;
  stop(): void;
}

export function createRecorder(
  options: Pick<InspectionSettings, 'payloads' | 'messagesEvery' | 'name'>,
  tell: (record: InspectionRecord) => void,
  complain: (fault: unknown) => void,
): Recorder {
  const { payloads, messagesEvery } = options;
  const names = new WeakMap<AnyActor, string>();
  const births = new WeakMap<AnyActor, number>();
  /** The names that connections get at their first record. */
  const given = new WeakMap<AnyActor, string>();
  /** The transport that the messages of a connection come from. */
  const senders = new WeakMap<AnyActor, ActorRefLike>();
  const nameAnew = createConnectionNames(options.name, complain);

  const traffic = createTraffic(messagesEvery, (connection, tally) => {
    const { at, source } = tally;
    const event = redactTally(tally, payloads, {
      unasked: unaskedOf(connection),
      invalid: invalidOf(connection),
    });
    tell(eventRecord(connection, at, { event, source }));
    tell(
      snapshotRecord(connection, at, {
        event,
        snapshot: connectionSnapshot(tally.snapshot, usersOf(connection)),
      }),
    );
  });

  /** Makes the first record of an actor, which describes it. */
  function meet(actor: AnyActor): void {
    const owner = ownerOf(actor);
    if (!owner || names.has(actor)) return;
    if (actor !== owner) meet(owner);
    const name =
      actor === owner
        ? nameAnew(given.get(actor) ?? givenName(actor) ?? 'connection', isTab(actor) ? 'tabs' : undefined)
        : `${names.get(owner)} · ${givenName(actor) ?? sourceOf(actor)}`;
    names.set(actor, name);
    tell(actorRecord(actor, births.get(actor) ?? Date.now(), { name, snapshot: redactSnapshot(actor) }));
  }

  return {
    observe(inspected) {
      const { actorRef: actor, type } = inspected;
      if (!isActor(actor)) return;
      const owner = ownerOf(actor);
      if (!owner) return;
      const at = Date.now();
      if (type === '@xstate.actor') births.set(actor, at); // it has no snapshot yet
      if (type !== '@xstate.event' && type !== '@xstate.snapshot') return;

      if (inspected.event.type === startEvent && isUntouched(owner)) return;
      meet(actor);
      if (actor === owner && isConnection(owner) && isMessages(inspected.event)) {
        if (type === '@xstate.event' && inspected.sourceRef) senders.set(owner, inspected.sourceRef);
        // Messages are counted after they were handled.
        if (type === '@xstate.snapshot') traffic.count(owner, inspected.event, senders.get(owner));
        return;
      }
      if (isConnection(owner)) traffic.flush(owner);
      const event = redactEvent(inspected.event);
      if (type === '@xstate.event') tell(eventRecord(actor, at, { event, source: inspected.sourceRef }));
      else tell(snapshotRecord(actor, at, { event, snapshot: redactSnapshot(actor) }));
    },
    introduce,
    stop: traffic.stop,
  };

  function introduce(actor: AnyActor, name?: string): void {
    if (name !== undefined) given.set(actor, name);
    if (!isUntouched(actor)) meet(actor);
    for (const child of childrenOf(actor)) introduce(child);
  }
}

function isMessages(event: AnyEventObject): event is MessagesEvent {
  return event.type === 'stream.messages';
}

/**
 * Whether a connection was never opened and never closed. In Strict Mode, React makes connections that stay so for
 * ever.
 */
function isUntouched(actor: AnyActor): boolean {
  if (!isConnection(actor)) return false;
  const snapshot = actor.getSnapshot();
  return snapshot.matches({ closed: 'inactive' }) && snapshot.context.closeReason === null;
}

function childrenOf(actor: AnyActor): AnyActor[] {
  const children: Record<string, AnyActor> = Object(actor.getSnapshot()).children ?? {};
  return Object.values(children).filter(isActor);
}
