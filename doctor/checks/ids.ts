import { isStream, type Resumed } from '../probes/probe.ts';
import type { SeenEvent } from '../requests/live-stream.ts';
import { check, count, found, skip } from './check.ts';

const fromTheLog =
  'Take the ID from the place that stores the event: the entry of a log, the row of a table, a counter that all processes share.';

/** Checks of the IDs of events. */
export const idChecks = {
  ids: check({
    title: 'Events have IDs',
    severity: 'warning',
    needs: ['stream'],
    why: 'A client that was away cannot say where it stopped: events that were sent meanwhile are lost, and nobody knows whether there were any.',
    mend: {
      'Any server': `Write \`id:\` with every event. ${fromTheLog}`,
      Hono: '`stream.writeSSE({ id, data })`.',
      Fastify: '`reply.sse.send({ id, data })`.',
      NestJS: 'Return `{ id, data }` in the Observable.',
      'better-sse': 'The third argument of `session.push`.',
    },
    look({ stream: { record } }) {
      if (!isStream(record)) return skip('there was no stream');
      const { events, ids } = record;
      if (events.length === 0) return skip('no event came');
      return ids.some((id) => id !== '')
        ? 'fine'
        : found(`${count(events.length, 'event')} came, none with an ID.`);
    },
  }),
  'ids-unique': check({
    title: 'No two events have the same ID',
    severity: 'error',
    needs: ['stream'],
    why: 'When two events have the same ID, nobody knows which one a client has received, so one is lost or sent twice.',
    mend: { 'Any server': `${fromTheLog} A time in milliseconds is not unique.` },
    look({ stream: { record } }) {
      const events = record.events.filter(({ id }) => id);
      if (events.length < 2) return skip('fewer than two events came with IDs');
      const ids = new Set(events.map(({ id }) => id));
      if (ids.size === 1) return skip('all IDs are the same');
      return ids.size === events.length
        ? 'fine'
        : found(`${count(events.length, 'event')} came with ${count(ids.size, 'ID')} among them.`);
    },
  }),
  'ids-moving': check({
    title: 'The ID moves from event to event',
    severity: 'error',
    needs: ['stream'],
    why: 'An ID that stays the same, such as that of a user or a room, says nothing of where a client stopped.',
    mend: { 'Any server': fromTheLog },
    look({ stream: { record } }) {
      const ids = record.events.flatMap(({ id }) => (id ? [id] : []));
      if (ids.length < 2) return skip('fewer than two events came with IDs');
      return new Set(ids).size > 1 ? 'fine' : found(`${ids.length} events came, all with the same ID.`);
    },
  }),
  'ids-sendable': check({
    title: 'IDs can be sent back in a header',
    severity: 'error',
    needs: ['stream'],
    why: 'The client sends the ID as `Last-Event-ID`. No header can carry control characters, and servers refuse long ones, so that a reconnect fails for ever.',
    mend: {
      'Any server': 'Keep IDs short and printable: a number, a ULID, or base64url of something larger.',
    },
    look({ stream: { record } }) {
      const { ids } = record;
      if (ids.length === 0) return skip('no ID came');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      const unsendable = ids.filter((id) => /[\x00-\x1f\x7f]/.test(id)).length;
      if (unsendable > 0) return found(`${count(unsendable, 'ID')} had control characters.`);
      const longest = Math.max(...ids.map(({ length }) => length));
      return longest > 2_048 ? found(`An ID has ${longest} characters.`) : 'fine';
    },
  }),
  numbering: check({
    title: 'IDs mean the same on every connection',
    severity: 'error',
    needs: ['stream', 'resumed'],
    why: 'A server that begins to count anew on each connection gives its next events IDs that the client has seen: clients that drop what they know lose them.',
    mend: {
      'Any server': fromTheLog,
      NestJS: 'Nest numbers each connection from 1 unless the Observable gives an `id` with each event.',
      'better-sse': 'It makes random IDs unless `push` is given one; use the ID of the event.',
    },
    look({ resumed }) {
      const anew = numberedAnew(resumed);
      return anew === 0
        ? 'fine'
        : found(`On the next connection, ${count(anew, 'used ID')} came again as if new.`);
    },
  }),
};

/**
 * How many used IDs came again as if they were new: with other events, or with the same events one by one, which is
 * no replay. The latter cannot be told where the server goes on after the ID that it was given.
 */
export function numberedAnew({ expected, before, record }: Resumed): number {
  const known = new Map([...before, ...expected].map((event) => [event.id, event]));
  const again = record.events.filter(({ id }) => id && known.has(id));
  const others = again.filter((event) => !isSame(event, known.get(event.id)));
  if (others.length > 0) return others.length;
  const takesNoNotice = again.some(({ id }) => before.some((event) => event.id === id));
  const took = (again.at(-1)?.at ?? 0) - (again[0]?.at ?? 0);
  return takesNoNotice && took > 400 ? again.length : 0;
}

function isSame(one: SeenEvent, other: SeenEvent | undefined): boolean {
  return one.event === other?.event && one.data === other.data;
}
