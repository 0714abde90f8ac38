import type { Gap, Message } from 'sse-machine';
import type { EventData } from '../../protocol/event-data.ts';
import { createStore, type Store } from '../store.ts';
import { meanLoad, summaryOf } from './event-summary.ts';

/** Everything that a panel shows of the messages it got. */
export interface Recording {
  readonly received: number;
  /** Numbers that never came. */
  readonly missed: number;
  /** Numbers that came again. */
  readonly duplicate: number;
  /** How many came from the server's log, after the event itself. */
  readonly replayed: number;
  /** The last gap that was announced; null when there was none. */
  readonly gap: Gap | null;
  /** The newest first. */
  readonly events: readonly RecordedEvent[];
  readonly cores: readonly number[];
  /** The last values, the oldest first. */
  readonly load: readonly number[];
  readonly memory: readonly number[];
  readonly loop: readonly number[];
  readonly network: readonly number[];
  /** The last payload of each name. */
  readonly last: { readonly [event: string]: EventData };
}

export interface RecordedEvent {
  readonly key: number;
  readonly event: string;
  readonly summary: string;
  readonly seq: number | undefined;
}

export interface Recorder extends Store<Recording> {
  add(message: Message<EventData>): void;
  /** Events may have been lost, and the app was told: what is missing from here on is counted anew. */
  announce(gap: Gap): void;
}

/** Counts by the numbers in the data, independent of event IDs and of how the connection resumes. */
export function createRecorder(): Recorder {
  const store = createStore<Recording>(nothing);
  let run: string | undefined;
  let expected = 0;
  let key = 0;

  function count(before: Recording, { seq, run: itsRun, at = Date.now() }: EventData): Partial<Recording> {
    if (seq === undefined) return {};
    // The first of all, or the server process is another one and its numbers begin anew.
    if (itsRun !== run) expected = seq;
    run = itsRun;
    if (seq < expected) return { duplicate: before.duplicate + 1 };
    const missed = before.missed + seq - expected;
    expected = seq + 1;
    const replayed = before.replayed + (Date.now() - at > lateFromHere ? 1 : 0);
    return { received: before.received + 1, missed, replayed };
  }

  return {
    ...store,
    announce(gap) {
      run = undefined;
      store.set({ ...store.get(), gap });
    },
    add({ event, data }) {
      const before = store.get();
      key += 1;
      const entry = { key, event, summary: summaryOf(event, data), seq: data.seq };
      store.set({
        ...before,
        ...count(before, data),
        ...measured(before, event, data),
        events: [entry, ...before.events].slice(0, shownEvents),
        last: { ...before.last, [event]: data },
      });
    },
  };
}

/** How many values of a series are kept. */
export const shownValues = 40;

const shownEvents = 6;

/** An event that is older than this when it arrives was in the log, in milliseconds. */
const lateFromHere = 500;

const nothing: Recording = {
  received: 0,
  missed: 0,
  duplicate: 0,
  replayed: 0,
  gap: null,
  events: [],
  cores: [],
  load: [],
  memory: [],
  loop: [],
  network: [],
  last: {},
};

function measured(before: Recording, event: string, data: EventData): Partial<Recording> {
  switch (event) {
    case 'cpu': {
      const { cores = [] } = data;
      return { cores, load: later(before.load, meanLoad(cores)) };
    }
    case 'memory': {
      const { total = 1, free = 0 } = data;
      return { memory: later(before.memory, 1 - free / total) };
    }
    case 'event-loop':
      return { loop: later(before.loop, data.max ?? 0) };
    case 'network':
      return { network: later(before.network, (data.received ?? 0) + (data.sent ?? 0)) };
    default:
      return {};
  }
}

function later(series: readonly number[], value: number): number[] {
  return [...series, value].slice(-shownValues);
}
