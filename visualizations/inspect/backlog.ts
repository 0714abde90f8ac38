import type { StatelyActorEvent } from '@statelyai/inspect';
import type { InspectionRecord } from './records.ts';

/** The records so far, for a viewer that comes late, and then those that come. */
export interface Backlog {
  push(record: InspectionRecord): void;
  /** Sends all that is kept, and from then on every record. There is one viewer at a time. */
  attach(send: (record: InspectionRecord) => void): void;
}

/**
 * Keeps the last records. Of those that are dropped, the oldest first, it keeps what became of their actors, without
 * whom the others could not be understood.
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
      // A connection may be started again, by React; a child never is.
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
