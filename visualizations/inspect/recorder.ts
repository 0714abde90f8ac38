import type { AnyActor, AnyEventObject, InspectionEvent } from 'xstate';
import { createNames } from './names.ts';
import type { InspectionOptions } from './options.ts';
import { actorRecord, eventRecord, type InspectionRecord, snapshotRecord, sourceOf } from './records.ts';
import { connectionSnapshot, redactEvent, redactSnapshot, redactTally } from './redact.ts';
import { connectionOf, isActor } from './shown-actor.ts';
import { createTraffic, type MessagesEvent } from './traffic.ts';

/** Makes records out of what XState tells of its actors: at once, because a moment later it is no longer so. */
export interface Recorder {
  observe(event: InspectionEvent): void;
  /** Tells of an actor as it is now, and of those that it has made. */
  introduce(actor: AnyActor, name?: string): void;
  stop(): void;
}

export function createRecorder(
  options: Pick<InspectionOptions, 'payloads' | 'messagesEvery' | 'name'>,
  tell: (record: InspectionRecord) => void,
  complain: (fault: unknown) => void,
): Recorder {
  const { payloads = false, messagesEvery = 1_000 } = options;
  const names = new WeakMap<AnyActor, string>();
  const births = new WeakMap<AnyActor, number>();
  const nameAnew = createNames(options.name, complain);

  const traffic = createTraffic(messagesEvery, (connection, tally) => {
    const { at } = tally;
    const event = redactTally(tally, payloads);
    tell(eventRecord(connection, at, { event, source: tally.snapshot.children['transport'] }));
    tell(snapshotRecord(connection, at, { event, snapshot: connectionSnapshot(tally.snapshot) }));
  });

  /** The first record of an actor says what it is. It is made when the actor starts: many never do, as in React. */
  function meet(actor: AnyActor, given?: string): void {
    const connection = connectionOf(actor);
    if (!connection || names.has(actor)) return;
    if (actor !== connection) meet(connection);
    const name =
      actor === connection
        ? nameAnew(given ?? ownName(actor))
        : `${names.get(connection)} · ${sourceOf(actor)}`;
    names.set(actor, name);
    tell(actorRecord(actor, births.get(actor) ?? Date.now(), { name, snapshot: redactSnapshot(actor) }));
  }

  return {
    observe(inspected) {
      const { actorRef: actor, type } = inspected;
      if (!isActor(actor)) return;
      const connection = connectionOf(actor);
      if (!connection) return;
      const at = Date.now();
      if (type === '@xstate.actor') births.set(actor, at); // it has no snapshot yet
      if (type !== '@xstate.event' && type !== '@xstate.snapshot') return;

      meet(actor);
      if (actor === connection && isMessages(inspected.event)) {
        // Counted once it was handled.
        if (type === '@xstate.snapshot') traffic.count(connection, inspected.event);
        return;
      }
      traffic.flush(connection);
      const event = redactEvent(inspected.event);
      if (type === '@xstate.event') tell(eventRecord(actor, at, { event, source: inspected.sourceRef }));
      else tell(snapshotRecord(actor, at, { event, snapshot: redactSnapshot(actor) }));
    },
    introduce,
    stop: traffic.stop,
  };

  function introduce(actor: AnyActor, name?: string): void {
    meet(actor, name);
    for (const child of childrenOf(actor)) introduce(child);
  }
}

function isMessages(event: AnyEventObject): event is MessagesEvent {
  return event.type === 'transport.messages';
}

function childrenOf(actor: AnyActor): AnyActor[] {
  const children: Record<string, AnyActor> = Object(actor.getSnapshot()).children ?? {};
  return Object.values(children).filter(isActor);
}

/** What a connection is called whose URL is not known: the ID that it was given, if it was given any. */
function ownName({ id, sessionId }: AnyActor): string {
  const isGiven = id !== sessionId && !/^\d+\./.test(id);
  return isGiven ? id : 'connection';
}
