import { isStream } from '../probes/probe.ts';
import type { Chunk, StreamRecord } from '../requests/live-stream.ts';
import type { DoctorSettings } from '../settings.ts';
import { check, count, found, seconds, skip } from './check.ts';

const flush = {
  nginx: '`proxy_buffering off;`, or `X-Accel-Buffering: no` in the answer.',
  Caddy: '`reverse_proxy` flushes event streams by itself; else `flush_interval -1`.',
  HAProxy: 'No `option http-buffer-request`, no compression of `text/event-stream`.',
  Cloudflare: 'Send `text/event-stream` and `no-transform`; no feature that rewrites the body may be on.',
};

/** Checks of how events arrive, and how a stream ends. */
export const deliveryChecks = {
  buffering: check({
    title: 'Events arrive when they are sent',
    severity: 'error',
    needs: ['stream'],
    why: 'Something between the server and the client collects events: they come late, and the last ones only when others follow.',
    mend: {
      ...flush,
      Express: 'No `compression` for this route, or `res.flush()` after each event.',
      'Any server': 'Write each event by itself. If events are sent in batches on purpose, skip this check.',
    },
    look({ stream: { record, published } }) {
      if (!isStream(record)) return skip('there was no stream');
      if (published.length > 0 && published.at(-1) === undefined) {
        return found('An event was published, and did not come within a third of `patience`.');
      }
      const slow = Math.max(0, ...published.map((delay) => delay ?? 0));
      if (slow > 1_000) return found(`An event came ${seconds(slow)} after it was published.`);
      const pattern = heldInside(record) ?? heldToTheEnd(record) ?? bursts(record);
      if (pattern) return found(pattern);
      return record.chunks.length > 0 ? 'fine' : skip('too little came to tell');
    },
  }),
  'keep-alive': check({
    title: 'The stream is never silent for long',
    severity: 'warning',
    needs: ['stream'],
    why: 'Proxies cut silent streams (nginx after 60 s, HAProxy often after 30 to 60, Cloudflare after 100), and a client cannot tell a quiet server from a dead one.',
    mend: {
      'Any server': 'Send a comment, `:` and an empty line, every 15 seconds.',
      'node:http':
        '`setInterval(() => response.write(":\\n\\n"), 15_000)`, cleared when the response closes.',
      Hono: 'In `streamSSE`: `await stream.write(":\\n\\n")` between `await stream.sleep(15_000)`.',
      Fastify: 'With @fastify/sse: the option `heartbeatInterval`.',
      NestJS: '`merge(events, interval(15_000).pipe(map(() => ({ type: "ping", data: "" }))))`.',
      'better-sse': 'The option `keepAlive` of the session (10 s by itself).',
    },
    look({ stream: { record } }, { settings }) {
      if (!isStream(record)) return skip('there was no stream');
      const longest = longestSilence(record);
      if (longest > settings.maxSilence) return found(`Nothing came for ${seconds(longest)}.`);
      if (record.comments.length > 1 || record.chunks.length > 4) return 'fine';
      if (record.lasted > settings.maxSilence) return 'fine';
      return skip(`the stream was watched for ${seconds(record.lasted)} only`);
    },
  }),
  'idle-cut': check({
    title: 'A silent stream is not cut',
    severity: 'warning',
    needs: ['stream'],
    why: 'Each cut costs a reconnect, and what is sent meanwhile has to be replayed.',
    mend: {
      'Any server': 'Send keep-alives at shorter intervals than the limit of the server or proxy that cuts.',
      nginx: '`proxy_read_timeout 1h;`, or keep-alives below its 60 s.',
      HAProxy:
        '`timeout server` and `timeout client` above the interval of the keep-alives; `timeout tunnel` does not count here.',
      Caddy: 'No `write_timeout` in the options of the server.',
      'node:http':
        '`server.requestTimeout` does not count; `server.setTimeout` and `response.setTimeout` do.',
    },
    look({ stream: { record } }, { settings }) {
      if (!isStream(record)) return skip('there was no stream');
      return isCutInSilence(record, settings)
        ? found(`The stream was cut after ${seconds(silenceBeforeEnd(record))} of silence.`)
        : 'fine';
    },
  }),
  cut: check({
    title: 'The stream does not break',
    severity: 'warning',
    needs: ['stream'],
    why: 'A stream that breaks costs a reconnect, and where events have no IDs nobody knows what was lost.',
    mend: {
      'Any server':
        'End streams cleanly (`end()`), also when the process stops. Look for a crash, a limit of the platform, or a timeout.',
      nginx: 'A reload cuts the streams of old workers after `worker_shutdown_timeout`, where it is set.',
    },
    look({ stream: { record } }, { settings }) {
      if (!isStream(record)) return skip('there was no stream');
      if (isCutInSilence(record, settings)) return skip('it was cut while it was silent');
      const { ending, lasted } = record;
      return ending?.how === 'broken' ? found(`After ${seconds(lasted)}: ${ending.reason}`) : 'fine';
    },
  }),
  flood: check({
    title: 'The stream sends no more than a client can take',
    severity: 'warning',
    needs: ['stream'],
    why: 'A browser keeps up with a few megabytes a second at best, and a phone does not.',
    mend: {
      'Any server':
        'Send what has changed, not everything again; wait for `drain` when `write` returns false.',
    },
    look({ stream: { record } }) {
      if (!isStream(record)) return skip('there was no stream');
      if (record.ending?.how !== 'flooded') return 'fine';
      return found(`8 MB came in ${seconds(record.lasted)}; the rest was not read.`);
    },
  }),
  ended: check({
    title: 'A stream that has ended is not sent again',
    severity: 'warning',
    needs: ['stream', 'again'],
    why: "The browser's EventSource reconnects after every end: a finished answer is sent again and again, with its full cost each time.",
    mend: {
      'Any server':
        'Answer 204 to a request with the last ID, or send a last event at which the client closes.',
      Client: 'Name the last event in `closeOn`.',
    },
    look({ stream: { record }, again }) {
      if (again.head?.status === 204) return 'fine';
      if (!isStream(record) || record.events.length === 0) return 'fine';
      const repeated = again.events.filter(({ event, data }) =>
        record.events.some((one) => one.event === event && one.data === data),
      );
      if (repeated.length < record.events.length) return 'fine';
      const times = count(record.events.length, 'event');
      return found(
        `The stream ended after ${seconds(record.lasted)}, and a client that comes back gets the same ${times} again.`,
      );
    },
  }),
  unfinished: check({
    title: 'Every event ends with an empty line',
    severity: 'error',
    needs: ['stream'],
    why: 'An event without an empty line after it is never delivered, as the standard demands.',
    mend: {
      'Any server': 'End each event with `\\n\\n`, the last one too.',
      Hono: 'Use `stream.writeSSE`, which does it.',
    },
    look({ stream: { record } }) {
      if (!isStream(record)) return skip('there was no stream');
      const { openDataLines, blocks } = record.script;
      if (openDataLines > 0 && record.ending?.how === 'ended') {
        return found(`The stream ended after ${count(openDataLines, 'line')} of data without an empty line.`);
      }
      if (openDataLines > 2 && blocks === 0 && record.ending?.how !== 'flooded') {
        return found(`${count(openDataLines, 'line')} of data came, and no empty line.`);
      }
      return 'fine';
    },
  }),
};

/** Whether a stream ended after a silence that is long enough to be the reason. */
function isCutInSilence(record: StreamRecord, { maxSilence }: DoctorSettings): boolean {
  const isOver = record.ending !== undefined && record.ending.how !== 'flooded';
  return isOver && silenceBeforeEnd(record) >= maxSilence / 3;
}

function silenceBeforeEnd({ lasted, lastAt, headAt = 0 }: StreamRecord): number {
  return lasted - (lastAt ?? headAt);
}

/** The longest time between two signs of life, in milliseconds. */
function longestSilence({ headAt = 0, chunks, lasted }: StreamRecord): number {
  const times = [headAt, ...chunks.map(({ at }) => at), lasted];
  return Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? 0)));
}

/** Tells of a long pause within a line: a server writes whole lines, so a buffer was full. */
function heldInside({ chunks, lasted, ending }: StreamRecord): string | undefined {
  for (const [index, { at, isInsideLine }] of chunks.entries()) {
    const next = chunks[index + 1]?.at ?? (ending ? at : lasted);
    if (isInsideLine && next - at > 400) {
      return `A line stopped in the middle, and went on ${seconds(next - at)} later: a buffer was full.`;
    }
  }
  return undefined;
}

/** Tells when all events came at the end of the stream: they were collected until then. */
function heldToTheEnd({
  chunks,
  events,
  ending,
  lasted,
  startedAt: _,
  ...record
}: StreamRecord): string | undefined {
  const first = chunks[0]?.at ?? 0;
  if (ending?.how !== 'ended' || events.length < 2 || lasted < 1_000) return undefined;
  const isAtEnd = lasted - first < Math.min(200, lasted / 10) && record.script.blocks >= 2;
  return isAtEnd
    ? `All ${events.length} events came at once after ${seconds(first)}, when the stream ended.`
    : undefined;
}

/**
 * Tells when events came in bursts with pauses between. A burst is over in 50 ms: events that go on
 * and on come when they are sent. The first burst may be a replay.
 */
function bursts({ chunks }: StreamRecord): string | undefined {
  const groups: { from: number; to: number; events: number }[] = [];
  for (const { at, events } of chunks.filter((chunk: Chunk) => chunk.events > 0)) {
    const last = groups.at(-1);
    if (last && at - last.from < 50) {
      last.events += events;
      last.to = at;
    } else groups.push({ from: at, to: at, events });
  }
  const later = groups.slice(1);
  const total = later.reduce((sum, { events }) => sum + events, 0);
  const large = later.filter(({ events }) => events >= 3);
  const inLarge = large.reduce((sum, { events }) => sum + events, 0);
  if (large.length < 3 || inLarge < total * 0.9) return undefined;
  const pauses = later.map(({ from }, index) => from - (groups[index]?.to ?? 0));
  if (Math.min(...pauses) < 400) return undefined;
  return `Events came in bursts of ${large
    .map(({ events }) => events)
    .slice(0, 4)
    .join(', ')}, with nothing between for ${seconds(Math.min(...pauses))} and more.`;
}
