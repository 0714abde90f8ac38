import type { Head } from '../requests/exchange.ts';
import { check, found, quoted, skip } from './check.ts';

const noOrigin = 'no origin was given';

const withCors = {
  Express:
    '`cors({ origin, credentials: true, allowedHeaders: ["Last-Event-ID", …], exposedHeaders: ["Retry-After", "Last-Event-ID"] })`.',
  Hono: '`cors({ origin, credentials: true, allowHeaders: ["Last-Event-ID", …] })` of `hono/cors`.',
  Fastify: '@fastify/cors; with @fastify/sse set the headers on `reply.raw`, which it writes.',
  NestJS: '`app.enableCors({ origin, credentials: true, allowedHeaders: ["Last-Event-ID", …] })`.',
};

/** Checks of the permissions of a page of another origin. */
export const corsChecks = {
  'cors-origin': check({
    title: 'The origin may read the stream',
    severity: 'error',
    needs: ['stream'],
    why: 'Without `Access-Control-Allow-Origin` the browser throws the answer away, and the client sees a network error.',
    mend: { 'Any server': 'Send `Access-Control-Allow-Origin` with the origin of the page.', ...withCors },
    look({ stream: { record } }, { settings: { origin } }) {
      if (origin === undefined) return skip(noOrigin);
      if (!record.head) return skip('there was no answer');
      return isAllowed(record.head, origin) ? 'fine' : found(allowanceOf(record.head));
    },
  }),
  'cors-credentials': check({
    title: 'The origin may send cookies',
    severity: 'error',
    needs: ['stream'],
    why: 'With `withCredentials` the browser demands the exact origin and `Access-Control-Allow-Credentials: true`; `*` is not enough.',
    mend: {
      'Any server':
        'Send back the origin if it is one of yours, with `Access-Control-Allow-Credentials: true` and `Vary: Origin`.',
      ...withCors,
    },
    look({ stream: { record } }, { settings: { origin, headers = {} } }) {
      if (origin === undefined) return skip(noOrigin);
      if (!record.head) return skip('there was no answer');
      const allows = record.head.headers['access-control-allow-credentials'] === 'true';
      const isAny = record.head.headers['access-control-allow-origin'] === '*';
      if (allows && isAny)
        return found('Credentials are allowed, and the origin is `*`: browsers refuse that.');
      if (!Object.keys(headers).some((name) => /^cookie$/i.test(name))) return skip('no cookie was given');
      return allows
        ? 'fine'
        : found('There is no `Access-Control-Allow-Credentials: true`, and the stream takes a cookie.');
    },
  }),
  'cors-preflight': check({
    title: 'The origin may resume',
    severity: 'error',
    needs: ['stream', 'preflight'],
    why: 'The first request of a page needs no permission for `Last-Event-ID`, and the first reconnect does: the stream works until it breaks once, and never again.',
    mend: {
      'Any server':
        'Answer OPTIONS with 204 and `Access-Control-Allow-Headers: Last-Event-ID` and your own, before anything asks for credentials.',
      ...withCors,
      Client: 'Or `lastEventIdHeader: false` with `lastEventIdParam`, which needs no preflight.',
    },
    look({ preflight: { head } }, { settings: { origin, headers = {} } }) {
      if (origin === undefined) return skip(noOrigin);
      if (!head) return found('The preflight got no answer.');
      if (head.status < 200 || head.status > 299) return found(`The preflight got ${head.status}.`);
      if (!isAllowed(head, origin)) return found(`In the preflight: ${allowanceOf(head)}`);
      const allowed = (head.headers['access-control-allow-headers'] ?? '').toLowerCase().split(/\s*,\s*/);
      const isAny = allowed.includes('*');
      const wanted = ['last-event-id', ...Object.keys(headers).map((name) => name.toLowerCase())];
      const refused = wanted.filter(
        (name) =>
          !/^(accept|accept-language|content-language|cookie|user-agent|origin|host)$/.test(name) &&
          !allowed.includes(name) &&
          !(isAny && name !== 'authorization'),
      );
      return refused.length === 0
        ? 'fine'
        : found(`Access-Control-Allow-Headers lacks ${refused.join(', ')}.`);
    },
  }),
  'cors-refusal': check({
    title: 'The origin may see that it was refused',
    severity: 'warning',
    needs: ['stream', 'anonymous'],
    why: 'A 401 without CORS headers is a network error for the page: the client tries again for ever instead of renewing its credentials.',
    mend: { 'Any server': 'Set the CORS headers before the credentials are checked.', ...withCors },
    look({ anonymous: { head } }, { settings: { origin } }) {
      if (origin === undefined) return skip(noOrigin);
      if (!head) return skip('there was no answer');
      return isAllowed(head, origin) ? 'fine' : found(`On the ${head.status}: ${allowanceOf(head)}`);
    },
  }),
  'cors-expose': check({
    title: 'The origin may read the headers that clients need',
    severity: 'note',
    needs: ['stream'],
    why: 'A page of another origin sees no `Retry-After`, and no `Last-Event-ID` that tells a gap, unless they are exposed.',
    mend: { 'Any server': '`Access-Control-Expose-Headers: Retry-After, Date, Last-Event-ID`.', ...withCors },
    look({ stream: { record } }, { settings: { origin } }) {
      if (origin === undefined) return skip(noOrigin);
      if (!record.head) return skip('there was no answer');
      const exposed = (record.head.headers['access-control-expose-headers'] ?? '').toLowerCase();
      const hidden = ['retry-after', 'last-event-id'].filter(
        (name) => !exposed.includes(name) && exposed !== '*',
      );
      return hidden.length === 0
        ? 'fine'
        : found(`Access-Control-Expose-Headers lacks ${hidden.join(' and ')}.`);
    },
  }),
};

function isAllowed({ headers }: Head, origin: string): boolean {
  return ['*', origin].includes(headers['access-control-allow-origin'] ?? '');
}

function allowanceOf({ headers }: Head): string {
  const value = headers['access-control-allow-origin'];
  return value === undefined
    ? 'There is no Access-Control-Allow-Origin.'
    : `Access-Control-Allow-Origin is ${quoted(value)}.`;
}
