import type { SeenEvent, StreamRecord } from '../requests/live-stream.ts';
import type { DoctorSettings } from '../settings.ts';
import type { Change, Examination } from './examination.ts';
import { type Observed, type Probe, type Resumed, type Skipped, skipped } from './probe.ts';

/** Resumes the stream after one of its events, twice. */
export const resumed: Probe<'resumed'> = {
  sends: 'the stream after an event that it had, with Last-Event-ID, twice',
  requests: 2,
  async run(examination, seen) {
    return resume(examination, seen, (cursor) => ({ headers: { 'last-event-id': asBytes(cursor) } }));
  },
};

/** Resumes with the query parameter instead of the header. */
export const param: Probe<'param'> = {
  sends: 'the same with the query parameter instead of the header',
  requests: 2,
  whyNot: withoutParam,
  run: (examination, seen) =>
    resume(examination, seen, (cursor) => ({ url: withParam(examination, cursor) })),
};

/** Resumes with both, as an EventSource with an ID in its URL does when it reconnects. */
export const both: Probe<'both'> = {
  sends: 'the stream after its last event by the header, and after an older one by the query',
  requests: 1,
  whyNot: withoutParam,
  async run(examination, { stream }) {
    const ids = (stream?.record.events ?? []).flatMap(({ id }) => (id ? [id] : []));
    const [older, last] = [ids[0], ids.at(-1)];
    if (older === undefined || last === undefined || older === last) return skipped(tooFew);
    const headers = { 'last-event-id': asBytes(last) };
    const live = examination.open({ url: withParam(examination, older), headers });
    await live.until(({ head }) => head !== undefined, examination.settings.patience);
    await live.until((record) => has(record, last), 1_000);
    live.close();
    return live.record;
  },
};

const tooFew =
  'fewer than two events came with IDs of their own: watch for longer, or make the server send some';

function withoutParam({ lastEventIdParam }: DoctorSettings): string | undefined {
  return lastEventIdParam === undefined ? 'no query parameter for the last event ID was given' : undefined;
}

function withParam({ url, settings }: Examination, id: string): URL {
  const changed = new URL(url);
  changed.searchParams.set(settings.lastEventIdParam ?? '', id);
  return changed;
}

/** Resumes after an ID that the server does not know. */
export const unknown: Probe<'unknown'> = {
  sends: 'the stream after an ID that it never had',
  requests: 1,
  async run(examination, seen) {
    const events = seen.stream?.record.events ?? [];
    const last = events.findLast(({ id }) => id)?.id;
    if (last === undefined) return skipped('no event came with an ID');
    const id = unknownLike(last);
    const live = examination.open({ headers: { 'last-event-id': asBytes(id) } });
    const { patience, publish } = examination.settings;
    await live.until(({ head }) => head !== undefined, patience);
    await live.until(({ events: { length } }) => length > 0, patience / 3);
    const { length } = live.record.events;
    if (publish && live.record.head) await publish();
    const isFrequent = events.length > 3 && paceOf(events) < patience / 10;
    if (publish || isFrequent) await live.until(({ events }) => events.length > length, patience / 3);
    const hasMissed = (publish !== undefined || isFrequent) && live.record.events.length === length;
    live.close();
    return { record: live.record, hasMissed };
  },
};

/** Requests the stream again after its end. */
export const again: Probe<'again'> = {
  sends: 'the stream once more, if it has ended',
  requests: 1,
  async run(examination, { stream }) {
    const record = stream?.record;
    if (record?.ending?.how !== 'ended') return skipped('the stream did not end');
    const id = record.ids.at(-1);
    const live = examination.open(id ? { headers: { 'last-event-id': asBytes(id) } } : {});
    await live.until(() => false, Math.min(record.lasted + 1_000, examination.settings.patience));
    live.close();
    return live.record;
  },
};

/** An ID of the same form that the server has not reached yet, and will not reach soon. */
function unknownLike(id: string): string {
  if (/^\d+$/.test(id)) return `${id.replaceAll(/\d/g, '9')}999`;
  return /\d/.test(id) ? id.replaceAll(/\d/g, '9') : `${id}-unknown`;
}

async function resume(
  examination: Examination,
  { stream }: Partial<Observed>,
  change: (cursor: string) => Change,
): Promise<Resumed | Skipped> {
  const events = (stream?.record.events ?? []).filter(({ id }) => id);
  const index = Math.max(0, events.length - 1 - mostExpected);
  const cursor = events[index]?.id;
  const last = events.at(-1)?.id;
  if (!cursor || last === cursor) {
    return skipped(tooFew);
  }
  const expected = events.slice(index + 1);
  const { patience, publish } = examination.settings;
  const first = examination.open(change(cursor));
  // Events are published before the answer and while the stream catches up. Then none are, so that late events can be
  // told.
  for (let [before, after] = [0, 0]; publish && before < 20 && after < 3; ) {
    if (first.record.head) after += 1;
    else before += 1;
    await publish();
    if (after === 0) await examination.pause(10);
  }
  await first.until(({ head }) => head !== undefined, patience);
  await first.until((record) => has(record, last), patience / 3);
  await first.until(() => false, 700);
  const { length } = first.record.events;
  if (publish) {
    // Events that come only now were late. Events before this one that are missing were lost.
    await publish();
    await first.until(({ events }) => events.length > length, patience / 3);
    await first.until(() => false, 100);
  }
  first.close();
  const late = publish ? Math.max(0, first.record.events.length - length - 1) : 0;
  const seen = { cursor, expected, before: events.slice(0, index + 1), record: first.record, late };
  if (!has(first.record, last)) return { ...seen, later: undefined };
  const later = examination.open(change(cursor));
  const end = first.record.events.findLast(({ id }) => id)?.id;
  await later.until((record) => has(record, end), patience / 3);
  later.close();
  return { ...seen, later: later.record };
}

/** The most events that a replay is expected to have. */
const mostExpected = 20;

function has({ events }: StreamRecord, id: string | undefined): boolean {
  return events.some((event) => event.id === id);
}

/** The usual time between two events, in milliseconds. */
function paceOf(events: readonly SeenEvent[]): number {
  const first = events[0]?.at ?? 0;
  const last = events.at(-1)?.at ?? 0;
  return (last - first) / Math.max(1, events.length - 1) || Infinity;
}

/** The ID as a header carries it: as bytes of UTF-8, each one character. */
function asBytes(id: string): string {
  return Buffer.from(id, 'utf8').toString('latin1');
}
