import { isStream, type Resumed } from '../probes/probe.ts';
import { check, count, found, seconds, skip, type Verdict } from './check.ts';
import { numberedAnew } from './ids.ts';

const keepLog = 'Keep the last events, and send those after the ID in `Last-Event-ID` before live ones.';

/** Checks of the events that a client gets when it comes back. */
export const replayChecks = {
  replay: check({
    title: 'A client that comes back gets the events that it missed',
    severity: 'error',
    needs: ['stream', 'resumed'],
    why: 'Every client loses its connection now and then: at each deploy, in each tunnel. Without a replay it loses the events that were sent meanwhile.',
    mend: {
      'Any server': keepLog,
      'node:http':
        '`request.headers["last-event-id"]`; look it up in the log, and send what follows it, without itself.',
      Express: '`req.get("Last-Event-ID")`.',
      Hono: '`c.req.header("Last-Event-ID")`.',
      Fastify: 'With @fastify/sse: `reply.sse.replay(async (lastEventId) => …)`.',
      NestJS: '`@Headers("last-event-id") lastEventId`, and begin the Observable with what follows it.',
      'better-sse': 'Write what was missed with `session.batch(…)` before `channel.register(session)`.',
    },
    look: ({ resumed }) => replayOf(resumed),
  }),
  'replay-race': check({
    title: 'Nothing is lost between the replay and live events',
    severity: 'error',
    needs: ['stream', 'resumed'],
    why: 'A server that reads its log first and subscribes afterwards loses the events between the two, or sends them late. That happens rarely, so it is hard to find.',
    mend: {
      'Any server':
        'Subscribe first, and keep new events; then send the log after the ID; then send the kept events that are newer.',
    },
    look({ resumed }) {
      const { record, later, late } = resumed;
      if (late > 0) return found(`${count(late, 'event')} came only when another one followed.`);
      if (later === undefined || replayOf(resumed) !== 'fine') return skip('the replay itself is not right');
      const first = idsOf(record.events);
      const end = first.at(-1);
      const truth = idsOf(later.events);
      if (end === undefined || !truth.includes(end)) return skip('a later replay did not go as far');
      const lost = truth.slice(0, truth.indexOf(end)).filter((id) => !first.includes(id)).length;
      return lost === 0
        ? 'fine'
        : found(
            `A stream lacked ${count(lost, 'event')} from the middle that a later replay of the same time had.`,
          );
    },
  }),
  'replay-param': check({
    title: 'The query parameter does what the header does',
    severity: 'error',
    needs: ['stream', 'param'],
    why: 'A new native EventSource, and a page of another origin that avoids the preflight, can send the ID only in the URL.',
    mend: {
      'Any server': 'Take the ID from the header, and from the parameter where there is no header.',
    },
    look: ({ param }) => replayOf(param),
  }),
  'replay-both': check({
    title: 'The header wins over the query parameter',
    severity: 'error',
    needs: ['stream', 'both'],
    why: 'An EventSource keeps the URL of its first request, and sends its last ID in the header: if the query wins, everything since then comes again at each reconnect.',
    mend: { 'Any server': 'Read `Last-Event-ID` first, and the parameter only where there is no header.' },
    look({ stream, both }, { all }) {
      if (!isStream(both)) return skip('there was no stream');
      if (all.resumed && numberedAnew(all.resumed) > 0)
        return skip('IDs do not mean the same on the next connection');
      const known = new Set(idsOf(stream.record.events));
      const again = idsOf(both.events).filter((id) => known.has(id)).length;
      return again === 0
        ? 'fine'
        : found(`${count(again, 'event')} came again that were before the ID in the header.`);
    },
  }),
  'replay-unknown': check({
    title: 'A client with an ID that the server does not know is served',
    severity: 'error',
    needs: ['stream', 'unknown'],
    why: "Logs are trimmed and servers restart, so clients come with IDs that are gone. The browser's EventSource gives up for good at any error, and a client that gets no more events waits for ever.",
    mend: {
      'Any server':
        'Accept the stream, say that there is a gap, and go on with live events; or answer 410: then sse-machine forgets the ID and asks again.',
    },
    look({ unknown: { record, hasMissed } }) {
      if (!record.head) {
        const { ending, lasted } = record;
        return found(ending?.how === 'broken' ? ending.reason : `No headers came in ${seconds(lasted)}.`);
      }
      const { status } = record.head;
      if (status === 410) return 'fine';
      if (!isStream(record)) return found(`The answer is ${status}.`);
      return hasMissed ? found('The stream was accepted, but no event came any more.') : 'fine';
    },
  }),
  gap: check({
    title: 'A client that may have lost events is told',
    severity: 'note',
    needs: ['stream', 'resumed', 'unknown'],
    why: 'A client that cannot get all missed events has to load the present state, which it does only if it knows.',
    mend: {
      'Any server':
        'When the ID is not in the log, answer with the header `Last-Event-ID` and the ID that the stream really goes on after (empty for none), or with 410; or send an event that says so.',
    },
    look({ stream, resumed, unknown: { record } }) {
      if (replayOf(resumed) !== 'fine') return skip('there is no replay that could have a gap');
      if (record.head?.status === 410 || !isStream(record)) return 'fine';
      const known = new Set(idsOf(stream.record.events));
      const replaysAll = record.events.some(({ id }) => id !== undefined && known.has(id));
      const saysSo = record.head?.headers['last-event-id'] !== undefined;
      const tells = record.events.slice(0, 2).some(({ event }) => gapName.test(event));
      return replaysAll || saysSo || tells
        ? 'fine'
        : found('After an ID that it does not know, the server goes on as if nothing was missing.');
    },
  }),
};

const gapName = /gap|reset|reload|resync|refresh|snapshot|stale|missed|lost|init/i;

/** Whether exactly the events after a given one were sent again. */
function replayOf(resumed: Resumed): Verdict {
  const { expected, before, record } = resumed;
  if (!record.head) return found(`With a last event ID, no headers came in ${seconds(record.lasted)}.`);
  if (!isStream(record)) return found(`With a last event ID, the answer is ${record.head.status}.`);
  if (numberedAnew(resumed) > 0) return skip('IDs do not mean the same on the next connection');
  const got = idsOf(record.events);
  const wanted = idsOf(expected);
  const missing = wanted.filter((id) => !got.includes(id)).length;
  if (missing > 0) {
    return found(
      `Of ${count(wanted.length, 'event')} that came after the last one received, ${missing === wanted.length ? 'none' : `only ${wanted.length - missing}`} came again.`,
    );
  }
  const old = new Set(idsOf(before));
  const repeated = got.filter((id) => old.has(id)).length;
  if (repeated > 0) return found(`${count(repeated, 'event')} came again that the client had received.`);
  if (new Set(got).size < got.length) return found('Some events came twice.');
  const places = wanted.map((id) => got.indexOf(id));
  return places.every((place, index) => place > (places[index - 1] ?? -1))
    ? 'fine'
    : found('The events came again in another order.');
}

function idsOf(events: Resumed['expected']): string[] {
  return events.flatMap(({ id }) => (id ? [id] : []));
}
