import { isStream, recordsOf, typeOf } from '../probes/probe.ts';
import { check, count, found, quoted, seconds, skip } from './check.ts';

/** Checks of who gets a stream, and how many. */
export const accessChecks = {
  'second-stream': check({
    title: 'A second stream is accepted, and ends no other',
    severity: 'warning',
    needs: ['stream', 'second'],
    why: 'A client that reconnects is often back before the server has noticed that the old stream is gone, and people have several tabs. If the second stream is refused, these clients fail; if it ends the first one, two tabs end each other for ever.',
    mend: {
      'Any server':
        'Allow each user several streams. Beyond that, end the oldest one with an event that its client knows from `closeOn`.',
      Client: '`closeOn: "kicked"`, or one stream for all tabs (`acrossTabs`).',
    },
    look({ second }) {
      if (!second.second.head) return found('The second stream got no answer while the first was open.');
      if (!isStream(second.second))
        return found(`The second stream got ${second.second.head.status} while the first was open.`);
      return second.hasEnded ? found('The first stream ended when the second came.') : 'fine';
    },
  }),
  'connection-limit': check({
    title: 'Six streams at once are answered',
    severity: 'warning',
    needs: ['stream', 'crowd'],
    why: 'Six open tabs are common. A stream that waits for a free worker shows "connecting" for ever.',
    mend: {
      'Any server':
        'Serve streams without a worker or a thread each; refuse more with 429 and `Retry-After`.',
      nginx: 'Raise `worker_connections` and the limits of the upstream.',
    },
    look({ crowd: { streams } }) {
      const silent = streams.filter(({ head }) => head === undefined).length;
      if (silent > 0) return found(`${silent} of 6 streams got no answer.`);
      const failed = streams.filter(({ head }) => (head?.status ?? 0) >= 500 && !saysWhen(head?.headers));
      return failed.length === 0
        ? 'fine'
        : found(`${failed.length} of 6 streams got ${failed[0]?.head?.status}.`);
    },
  }),
  cleanup: check({
    title: 'A stream that was cut is cleaned up',
    severity: 'error',
    needs: ['stream', 'crowd'],
    why: 'A server that still counts closed streams refuses clients that come back, and runs out of memory in the end.',
    mend: {
      'node:http':
        'Clean up at `response.on("close", …)`; `request.on("end")` comes at once, and "finish" never.',
      Express: '`res.on("close", …)`.',
      Hono: '`stream.onAbort(…)`.',
      Fastify: 'With @fastify/sse: `reply.sse.onClose(…)`.',
      NestJS: 'In the teardown of the Observable.',
      nginx: '`proxy_ignore_client_abort` must be off.',
    },
    look({ crowd: { streams, after } }) {
      const accepted = streams.filter(isStream).length;
      if (isStream(after)) return 'fine';
      const answer = after.head ? `got ${after.head.status}` : 'got no answer';
      return found(`A second after ${count(accepted, 'stream')} had been cut, the next one ${answer}.`);
    },
  }),
  'retry-after': check({
    title: 'A client that is sent away is told for how long',
    severity: 'warning',
    needs: ['stream'],
    why: 'Without `Retry-After` a client guesses, and all of them come back while the server is still busy.',
    mend: { 'Any server': 'Send `Retry-After` with 429 and 503, in seconds.' },
    look(_, { all }) {
      const heads = recordsOf(all).flatMap(({ head }) => (head ? [head] : []));
      const refusals = heads.filter(({ status }) => status === 429 || status === 503);
      if (refusals.length === 0) return skip('no request got 429 or 503');
      const silent = refusals.filter(({ headers }) => !saysWhen(headers));
      return silent.length === 0 ? 'fine' : found(`${silent[0]?.status} came without Retry-After.`);
    },
  }),
  credentials: check({
    title: 'Without credentials the answer is 401',
    severity: 'error',
    needs: ['stream', 'anonymous'],
    why: 'At 401 a client renews its credentials or gives up. A login page, or a redirect to one, looks like a broken server. If the stream comes, anybody can read it.',
    mend: {
      'Any server':
        'Answer 401 before the stream begins. Where pages are redirected to a login, except requests whose `Accept` has `text/event-stream`.',
      Express: 'Put the middleware of the login before the route, and answer `res.sendStatus(401)`.',
      NestJS: 'A guard that throws `UnauthorizedException`.',
      nginx: '`auth_request` answers 401 by itself; an `error_page 401 = @login` must not apply here.',
    },
    look({ anonymous }) {
      if (!anonymous.head) return found('Without credentials there is no answer.');
      const { status, headers } = anonymous.head;
      if (status === 401 || status === 403) return 'fine';
      if (isStream(anonymous)) return found('Without credentials the stream is open to anybody.');
      if (status >= 300 && status < 400)
        return found(`Without credentials the answer is a redirect (${status}).`);
      if (typeOf({ status, headers, version: '1.1' }) === 'text/html') {
        return found(`Without credentials the answer is a page (${status}, text/html).`);
      }
      return found(`Without credentials the answer is ${status}.`);
    },
  }),
  'accept-any': check({
    title: 'A client that accepts anything gets the stream',
    severity: 'warning',
    needs: ['stream', 'any'],
    why: 'Many clients, `fetch` among them, send `Accept: */*`.',
    mend: {
      'Any server': 'Give the stream unless the request asks for something else.',
      Fastify: 'With @fastify/sse: `sse: "only"`, which takes `*/*` too.',
    },
    look({ any }) {
      if (!any.head) return found('With "Accept: */*" there is no answer.');
      return isStream(any)
        ? 'fine'
        : found(
            `With "Accept: */*" the answer is ${any.head.status} with ${quoted(typeOf(any.head) || 'no type')}.`,
          );
    },
  }),
  'accept-html': check({
    title: 'The URL can be opened in a browser tab',
    severity: 'note',
    needs: ['stream', 'html'],
    why: 'People and crawlers open the URL too. A cache that does not know that the answer depends on `Accept` gives the page to a client that wants the stream, or the other way round.',
    mend: {
      'Any server': 'Answer 406, a page or the stream; if it depends on `Accept`, send `Vary: Accept`.',
    },
    look({ html }) {
      if (!html.head) return found('With "Accept: text/html" there is no answer.');
      const { status, headers } = html.head;
      if (status >= 500) return found(`With "Accept: text/html" the answer is ${status}.`);
      if (isStream(html) || status >= 400 || /\baccept\b|\*/i.test(headers['vary'] ?? '')) return 'fine';
      if (/no-store/i.test(headers['cache-control'] ?? '')) return 'fine';
      return found('With "Accept: text/html" the answer is another one, but it lacks "Vary: Accept".');
    },
  }),
  head: check({
    title: 'A HEAD is answered',
    severity: 'note',
    needs: ['stream', 'head'],
    why: 'Monitors and previews of links ask with HEAD. A server that treats it as a GET opens a stream for it, which nobody reads.',
    mend: {
      'Any server': 'Answer HEAD with the headers alone and end it, or with 405.',
      Express:
        'A GET route serves HEAD too: `if (req.method === "HEAD") return res.end()` after the headers.',
    },
    look({ head }) {
      if (head.head)
        return head.head.status >= 500 && head.head.status !== 501
          ? found(`The answer is ${head.head.status}.`)
          : 'fine';
      const { ending, lasted } = head;
      return found(ending?.how === 'broken' ? ending.reason : `No headers came in ${seconds(lasted)}.`);
    },
  }),
};

function saysWhen(headers: Readonly<Record<string, string>> | undefined): boolean {
  return headers?.['retry-after'] !== undefined;
}
