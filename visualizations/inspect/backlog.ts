import type { StatelyActorEvent } from '@statelyai/inspect';
import type { InspectionRecord } from './records.ts';

/** The records so far, for a viewer that comes late, and then those that come. */
export interface Backlog {
  push(record: InspectionRecord): void;
  /** Sends all that is kept, and from then on every record. There is one viewer at a time. */
  attach(send: (record: InspectionRecord) => void): void;
}

/**
 * Keeps the last `limit` records. The oldest are dropped first, but the last state of their actors is kept, because
 * later records need it.
 */
export function createBacklog(complain: (fault: unknown) => void, limit = 1_000): Backlog {
  const records: InspectionRecord[] = [];
  /** The actors as they were before the oldest record. */
  const actors = new Map<string, StatelyActorEvent>();
  let send: ((record: InspectionRecord) => void) | undefined;

  function pass(record: InspectionRecord): void {
    try {
      send?.(record);
    } catch (fault) {
      complain(fault);
    }
  }

  function fold(record: InspectionRecord): void {
    const { sessionId } = record;
    const actor = actors.get(sessionId);
    if (record.type === '@xstate.actor') {
      actors.set(sessionId, record);
      const [oldest] = actors.keys();
      if (actors.size > limit && oldest !== undefined) actors.delete(oldest);
    } else if (record.type === '@xstate.snapshot' && actor) {
      const { snapshot } = record;
      // React may start a connection again, but never a child actor.
      if (snapshot.status === 'stopped' && actor.parentId !== undefined) actors.delete(sessionId);
      else actors.set(sessionId, { ...actor, snapshot });
    }
  }

  return {
    push(record) {
      records.push(record);
      if (records.length > limit) {
        for (const dropped of records.splice(0, 1)) fold(dropped);
      }
      pass(record);
    },
    attach(next) {
      send = next;
      for (const record of [...actors.values(), ...records]) pass(record);
    },
  };
}
