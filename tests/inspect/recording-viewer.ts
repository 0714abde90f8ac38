import type { InspectionViewer } from '../../visualizations/inspect/index.ts';
import type { InspectionRecord } from '../../visualizations/inspect/records.ts';

/** A viewer that keeps what it is sent. */
export interface RecordingViewer extends InspectionViewer {
  readonly records: readonly InspectionRecord[];
  /** The names of the actors that were shown. */
  names(): string[];
  /** The records of the actor of that name, as `type event`, such as `snapshot close`. */
  story(name: string): string[];
  events(type: string): InspectionRecord[];
}

export function createRecordingViewer(): RecordingViewer {
  const records: InspectionRecord[] = [];
  return {
    records,
    send: (record) => void records.push(record),
    names: () => records.flatMap((record) => (record.type === '@xstate.actor' ? [record.name] : [])),
    story(name) {
      const actor = records.find((record) => record.type === '@xstate.actor' && record.name === name);
      return records
        .filter(({ sessionId }) => sessionId === actor?.sessionId)
        .map((record) => [record.type.slice('@xstate.'.length), typeOf(record)].join(' ').trim());
    },
    events: (type) => records.filter((record) => record.type === '@xstate.event' && typeOf(record) === type),
  };
}

function typeOf(record: InspectionRecord): string {
  return record.type === '@xstate.actor' ? '' : record.event.type;
}
