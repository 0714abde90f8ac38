import { isStream, typeOf } from '../probes/probe.ts';
import type { StreamRecord } from '../requests/live-stream.ts';
import { check, found, quoted, seconds, skip } from './check.ts';

/** How late the headers, and then the first byte, may come, in milliseconds. */
const late = 1_000;

/** Checks of the answer to the request, before any event. */
export const answerChecks = {
  answer: check({
    title: 'The server answers in HTTP',
    severity: 'error',
    needs: ['stream'],
    why: 'Without an answer a client tries again until it gives up.',
    mend: {
      'Any server':
        'Check that it runs, that the URL has the right host, port and scheme, and that its certificate is trusted.',
    },
    look({ stream: { record } }, { url }) {
      const trouble = whyUnreachable(record, url);
      return trouble === undefined ? 'fine' : found(trouble);
    },
  }),
  headers: check({
    title: 'The headers come at once',
    severity: 'error',
    needs: ['stream'],
    why: 'Until then the client is "connecting": it cannot tell a quiet server from a dead one, times out, and proxies answer 504 for it. Either the server sends them with its first event, or a proxy holds them back.',
    mend: {
      'node:http': 'Call `response.flushHeaders()` after `writeHead`, or write a comment at once.',
      Express: 'Call `res.flushHeaders()`, or write a comment (`res.write(":\\n\\n")`) at once.',
      Fastify: 'With @fastify/sse, call `reply.raw.flushHeaders()` before the first `await`.',
      NestJS:
        'Older versions send the headers with the first event: begin the Observable with one, with `startWith` for example.',
      nginx: '`proxy_buffering off;` for this location, or `X-Accel-Buffering: no` in the answer.',
      'Any server': 'Send the headers when the stream is accepted, not with the first event.',
    },
    look({ stream: { record } }) {
      const { head, headAt, ending, isConnected, lasted } = record;
      if (!head && (ending || !isConnected)) return skip('there was no answer');
      if (headAt === undefined)
        return found(`The request was taken, and no headers came in ${seconds(lasted)}.`);
      return headAt > late ? found(`The headers came after ${seconds(headAt)}.`) : 'fine';
    },
  }),
  'first-byte': check({
    title: 'The first byte of the body comes with the headers',
    severity: 'warning',
    needs: ['stream'],
    why: 'Firefox opens a stream only with the first byte of its body, and some proxies hold back headers that come alone.',
    mend: {
      'Any server': 'Write a comment, `:` and an empty line, right after the headers.',
      'node:http': '`response.write(":\\n\\n")` after `writeHead`.',
      Express: '`res.write(":\\n\\n")` after the headers.',
      Hono: '`await stream.write(":\\n\\n")` first in `streamSSE`.',
      Fastify: 'Send a comment first: `reply.raw.write(":\\n\\n")`.',
      NestJS: 'Begin the Observable with an event: `startWith({ type: "ready", data: "" })`.',
    },
    look({ stream: { record } }) {
      const { headAt, byteAt, lasted, ending } = record;
      if (headAt === undefined || !isStream(record)) return skip('there was no stream');
      if (byteAt === undefined && ending) return skip('the stream was over before its first byte');
      const wait = (byteAt ?? lasted) - headAt;
      if (wait <= late) return 'fine';
      return found(
        byteAt === undefined
          ? `The headers came, and then no byte in ${seconds(wait)}.`
          : `The first byte came ${seconds(wait)} after the headers.`,
      );
    },
  }),
  status: check({
    title: 'The status is 200',
    severity: 'error',
    needs: ['stream'],
    why: "A client opens a stream only at 200. The browser's EventSource gives up for good at any other status.",
    mend: {
      'Any server':
        'Answer 200 to those who may read; 204 to end a client for good; 401 and 403 to refuse it; 429 or 503 with `Retry-After` to send it away for a while.',
      Client: 'If the server needs credentials, give them to the doctor: `-H "Authorization: Bearer …"`.',
    },
    look({ stream: { record, isElsewhere } }, { settings }) {
      if (!record.head) return skip('there was no answer');
      const { status } = record.head;
      if (status === 200 || (settings.method !== 'GET' && (status === 201 || status === 202))) return 'fine';
      const detour =
        isElsewhere && settings.headers
          ? ' The redirect led to another origin, where your headers do not go.'
          : '';
      return found(`The answer is ${status}.${hintOf(status)}${detour}`);
    },
  }),
  'content-type': check({
    title: 'The MIME type is text/event-stream',
    severity: 'error',
    needs: ['stream'],
    why: 'Clients refuse every other type, as the standard demands: it may be the page of a proxy, or of a login.',
    mend: {
      'Any server': 'Send `Content-Type: text/event-stream`.',
      Express: '`res.set("Content-Type", "text/event-stream")` before `flushHeaders()`.',
      Fastify: 'With @fastify/sse: `sse: "only"`, and `reply.sse.send`, not `return`.',
      NestJS: 'Use `@Sse()`, not `@Get()`.',
    },
    look({ stream: { record } }) {
      if (!record.head) return skip('there was no answer');
      if (record.head.status >= 203) return skip(`the answer is ${record.head.status}`);
      const type = typeOf(record.head);
      if (type === 'text/event-stream') return 'fine';
      return found(type === '' ? 'The answer has no Content-Type.' : `The Content-Type is ${quoted(type)}.`);
    },
  }),
  charset: check({
    title: 'The charset is UTF-8, or none',
    severity: 'warning',
    needs: ['stream'],
    why: 'Browsers read every event stream as UTF-8, whatever the header says. In another charset, characters beyond ASCII are garbled.',
    mend: { 'Any server': 'Send UTF-8, and leave the charset out, or say `charset=utf-8`.' },
    look({ stream: { record } }) {
      if (!isStream(record)) return skip('there was no stream');
      const [, charset = ''] =
        /charset\s*=\s*"?([^";\s]+)/i.exec(record.head?.headers['content-type'] ?? '') ?? [];
      return /^(utf-?8)?$/i.test(charset)
        ? 'fine'
        : found(`The header says charset=${charset.slice(0, 30)}.`);
    },
  }),
  redirect: check({
    title: 'The URL leads to the stream without a redirect',
    severity: 'warning',
    needs: ['stream'],
    why: 'A redirect costs a request at every reconnect. A client does not send your headers to another origin, and a redirect to a login page looks like a broken server.',
    mend: {
      Client: 'Use the URL that the redirect leads to.',
      'Any server': 'Answer 401 to clients that have to sign in: then they can renew their credentials.',
      nginx: 'Check whether `location /events/` redirects `/events`, and whether http redirects to https.',
    },
    look({ stream: { redirects, isElsewhere } }) {
      const [first] = redirects;
      if (!first) return 'fine';
      const { to } = redirects.at(-1) ?? first;
      const where = isElsewhere ? 'to another origin' : `to ${quoted(to?.pathname ?? 'no valid URL')}`;
      return found(
        `The answer is a redirect (${redirects.map(({ status }) => status).join(', ')}) ${where}.`,
      );
    },
  }),
};

/** The reason, as a sentence, why there was no answer; undefined when there was one. */
export function whyUnreachable(
  { head, ending, isConnected, lasted }: StreamRecord,
  { host }: URL,
): string | undefined {
  if (head) return undefined;
  if (ending?.how === 'broken') return ending.reason;
  return isConnected ? undefined : `${host} accepted no connection in ${seconds(lasted)}.`;
}

function hintOf(status: number): string {
  if (status === 401 || status === 403) return ' The server wants credentials, or other ones.';
  if (status === 404) return ' Is the path right?';
  if (status === 502 || status === 504)
    return ' A proxy answers: the server behind it does not, or not in time.';
  if (status === 406) return ' The server does not take "Accept: text/event-stream".';
  return '';
}
