import { describe, expect, test } from 'vitest';
import { type CheckId, checkIds, checks } from '../../doctor/checks/checks.ts';
import { type DoctorOptions, examine } from '../../doctor/index.ts';
import { type Manners, refuse, startServer } from './manners.ts';

/** A server that is wrong in one way, the same when it is right, and what was asked of the doctor. */
interface Case {
  readonly wrong: Manners;
  readonly right?: Manners;
  readonly options?: DoctorOptions;
  readonly seen: RegExp;
}

const origin = 'https://app.example.com';
const signedIn = { headers: { Authorization: 'Bearer letmein' } };

const only =
  (path: string, other: (Manners & { answer: object })['answer']): NonNullable<Manners['answer']> =>
  (request, response) =>
    request.headers[path] !== undefined && other(request, response);

const refuseStrangers =
  (refusal: NonNullable<Manners['answer']>): NonNullable<Manners['answer']> =>
  (request, response) =>
    request.method === 'GET' && request.headers.authorization === undefined && refusal(request, response);

const page =
  (vary: Record<string, string>): NonNullable<Manners['answer']> =>
  (request, response) => {
    if (request.headers.accept !== 'text/html') return false;
    response.writeHead(200, { 'content-type': 'text/html', ...vary }).end('<h1>Hello</h1>');
    return true;
  };

const cases: Readonly<Record<CheckId, Case>> = {
  answer: {
    wrong: { answer: (request) => Boolean(request.socket.destroy()) },
    seen: /without an answer|reset/,
  },
  headers: { wrong: { headersAfter: 2_500 }, seen: /headers came after [12]\.\d s/ },
  'first-byte': {
    wrong: { greeting: '', every: 0, keepAlive: 0 },
    right: { every: 0, keepAlive: 0 },
    options: { watch: 2_500 },
    seen: /no byte in [12]\.\d s/,
  },
  status: { wrong: { answer: refuse(404) }, seen: /is 404/ },
  'content-type': { wrong: { headers: { 'content-type': 'text/html' } }, seen: /"text\/html"/ },
  charset: {
    wrong: { headers: { 'content-type': 'text/event-stream; charset=iso-8859-1' } },
    right: { headers: { 'content-type': 'text/event-stream; charset=utf-8' } },
    seen: /iso-8859-1/,
  },
  redirect: {
    wrong: {
      answer: (request, response) => {
        if (request.url !== '/events') return false;
        response.writeHead(307, { location: '/events/' }).end();
        return true;
      },
    },
    seen: /\(307\) to "\/events\/"/,
  },
  'cache-control': { wrong: { headers: { 'cache-control': 'public, max-age=60' } }, seen: /max-age=60/ },
  'no-transform': {
    wrong: { headers: { 'cache-control': 'no-cache' } },
    seen: /does not say `no-transform`/,
  },
  'accel-buffering': { wrong: { headers: { 'x-accel-buffering': undefined } }, seen: /no X-Accel-Buffering/ },
  'content-length': { wrong: { headers: { 'content-length': '500000' } }, seen: /"500000"/ },
  framing: {
    wrong: {
      answer: (_, response) => {
        response.useChunkedEncodingByDefault = false;
        return false;
      },
    },
    seen: /not chunked/,
  },
  'http-version': {
    wrong: { tls: 'http/1.1' },
    right: { tls: 'h2' },
    options: { insecure: true },
    seen: /HTTP\/1\.1/,
  },
  compression: {
    wrong: { gzip: 'held' },
    right: { gzip: 'flushed' },
    options: { watch: 2_500 },
    seen: /"gzip" nothing could be read/,
  },
  buffering: { wrong: { hold: 768, keepAlive: 0 }, options: { watch: 6_000 }, seen: /buffer was full/ },
  'keep-alive': {
    wrong: { every: 0, keepAlive: 0 },
    right: { every: 0 },
    options: { maxSilence: 600, watch: 2_000 },
    seen: /Nothing came for/,
  },
  'idle-cut': {
    wrong: { every: 0, keepAlive: 0, lasts: 1_500 },
    right: { every: 0, lasts: 1_500 },
    options: { maxSilence: 1_800, watch: 4_000 },
    seen: /cut after (\d+ ms|1\.\d s) of silence/,
  },
  cut: {
    wrong: { lasts: 300, over: 'cut' },
    right: { lasts: 300, over: 'ended' },
    options: { watch: 5_000 },
    seen: /cut in the middle|reset/,
  },
  flood: {
    wrong: { encode: () => Buffer.from(`:${'x'.repeat(300_000)}\n\n`), every: 5 },
    options: { watch: 20_000 },
    seen: /8 MB/,
  },
  ended: {
    wrong: { lasts: 200, replay: (log) => log.slice(0, 1), every: 0, keepAlive: 0 },
    right: {
      lasts: 200,
      replay: (log) => log.slice(0, 1),
      every: 0,
      keepAlive: 0,
      answer: only('last-event-id', (_, response) => Boolean(response.writeHead(204).end())),
    },
    options: { watch: 5_000 },
    seen: /gets the same 1 event again/,
  },
  unfinished: {
    wrong: { lasts: 200, keepAlive: 0, blockOf: ({ data }) => `data: ${data}\n` },
    right: { lasts: 200, keepAlive: 0 },
    options: { watch: 5_000 },
    seen: /ended after \d+ lines? of data/,
  },
  utf8: { wrong: { encode: (text) => Buffer.from(text, 'latin1') }, seen: /not valid UTF-8/ },
  bom: { wrong: { blockOf: ({ data }) => `\ufeffdata: ${data}\n\n` }, seen: /byte order mark/ },
  'line-ends': { wrong: { encode: (text) => Buffer.from(text.replaceAll('\n', '\r')) }, seen: /CR alone/ },
  fields: { wrong: { blockOf: ({ data }) => `data: a\n${data}\n\n` }, seen: /ignored by every client/ },
  data: { wrong: { blockOf: () => 'event: ping\n\n' }, seen: /no data/ },
  retry: { wrong: { greeting: 'retry: 0\n\n' }, right: { greeting: 'retry: 3000\n\n' }, seen: /0 ms/ },
  'event-size': {
    wrong: { every: 300, blockOf: () => `data: ${'x'.repeat(2 ** 20 + 1)}\n\n` },
    seen: /1\.0 million characters/,
  },
  ids: { wrong: { idOf: () => '' }, seen: /none with an ID/ },
  'ids-unique': { wrong: { idOf: (number) => String(number >> 1) }, seen: /events came with \d+ IDs/ },
  'ids-moving': { wrong: { idOf: () => 'room-1' }, seen: /the same ID/ },
  'ids-sendable': { wrong: { idOf: (number) => `${number}\u0001` }, seen: /control characters/ },
  numbering: {
    wrong: { idOf: (_, number) => String(number), replay: () => [] },
    seen: /came again as if new/,
  },
  replay: { wrong: { replay: () => [] }, seen: /none came again/ },
  'replay-race': { wrong: { listenAfter: 300 }, seen: /lacked \d+ event/ },
  'replay-param': {
    wrong: { replay: () => [] },
    options: { lastEventIdParam: 'lastEventId' },
    seen: /none came again/,
  },
  'replay-both': {
    wrong: { takesQueryFirst: true },
    options: { lastEventIdParam: 'lastEventId' },
    seen: /came again that were before the ID in the header/,
  },
  'replay-unknown': {
    wrong: {
      answer: (request, response) =>
        /^9+(-unknown)?$/.test(String(request.headers['last-event-id'])) && refuse(400)(request, response),
    },
    seen: /is 400/,
  },
  gap: {
    wrong: { replay: (log, after) => (after ? log.slice(after) : []) },
    right: {
      replay: (log, after) => (after ? log.slice(after) : []),
      answer: (request, response) => {
        if (/^9+(-unknown)?$/.test(String(request.headers['last-event-id'])))
          response.setHeader('last-event-id', '');
        return false;
      },
    },
    seen: /as if nothing was missing/,
  },
  'second-stream': { wrong: { limit: 1 }, right: { limit: 2 }, seen: /got 409/ },
  'connection-limit': {
    wrong: { limit: 3, beyond: 0 },
    right: { limit: 3, beyond: 429 },
    options: { patience: 1_000 },
    seen: /3 of 6 streams got no answer/,
  },
  cleanup: { wrong: { limit: 6, isForgetful: true }, right: { limit: 6 }, seen: /the next one got 409/ },
  'retry-after': {
    wrong: { answer: refuse(503) },
    right: { answer: refuse(503, { 'retry-after': '5' }) },
    seen: /503 came without/,
  },
  credentials: {
    wrong: {
      answer: refuseStrangers((_, response) =>
        Boolean(response.writeHead(302, { location: '/login' }).end()),
      ),
    },
    right: { answer: refuseStrangers(refuse(401)) },
    options: signedIn,
    seen: /redirect \(302\)/,
  },
  'accept-any': {
    wrong: {
      answer: (request, response) => request.headers.accept === '*/*' && refuse(406)(request, response),
    },
    seen: /406/,
  },
  'accept-html': {
    wrong: { answer: page({}) },
    right: { answer: page({ vary: 'Accept' }) },
    seen: /Vary: Accept/,
  },
  head: {
    wrong: { answer: (request) => request.method === 'HEAD' },
    options: { patience: 500 },
    seen: /No headers came/,
  },
  'cors-origin': {
    wrong: { headers: { 'access-control-allow-origin': 'https://other.example.com' } },
    options: { origin },
    seen: /other\.example\.com/,
  },
  'cors-credentials': {
    wrong: { headers: { 'access-control-allow-origin': '*' } },
    options: { origin, headers: { Cookie: 'session=letmein' } },
    seen: /browsers refuse/,
  },
  'cors-preflight': {
    wrong: { headers: { 'access-control-allow-headers': 'content-type' } },
    options: { origin },
    seen: /lacks last-event-id/,
  },
  'cors-refusal': {
    wrong: {
      answer: refuseStrangers((request, response) => {
        response.removeHeader('access-control-allow-origin');
        return refuse(401)(request, response);
      }),
    },
    right: { answer: refuseStrangers(refuse(401)) },
    options: { origin, ...signedIn },
    seen: /On the 401/,
  },
  'cors-expose': {
    wrong: { headers: { 'access-control-expose-headers': undefined } },
    options: { origin },
    seen: /lacks retry-after and last-event-id/,
  },
};

const quick = { watch: 600, patience: 4_000, timeout: 30_000 };

describe.concurrent.each(checkIds.map((id) => [id, cases[id]] as const))(
  '%s',
  (id, { wrong, right = {}, options, seen }) => {
    test(`is found where "${checks[id].title}" is not so`, async () => {
      await using server = await startServer(wrong);
      const { findings } = await examine(server.url, { ...quick, ...options, only: [id] });
      expect(findings).toEqual([
        {
          check: id,
          severity: checks[id].severity,
          title: checks[id].title,
          seen: expect.stringMatching(seen),
          why: checks[id].why,
          mend: expect.arrayContaining([{ on: expect.any(String), how: expect.any(String) }]),
        },
      ]);
    });

    test('passes where it is so', async () => {
      await using server = await startServer(right);
      const { findings, skipped, passed } = await examine(server.url, { ...quick, ...options, only: [id] });
      expect(findings).toEqual([]);
      // Nothing to compare where nothing is compressed; loopback is let off only without TLS.
      expect({ skipped, passed }).toEqual({ skipped: [], passed: [id] });
    });
  },
);

test('framing is found where a server says that it encodes nothing, as ssestream does', async () => {
  await using server = await startServer({ headers: { 'transfer-encoding': 'identity' } });
  const { findings } = await examine(server.url, { ...quick, only: ['framing'] });
  expect(findings).toEqual([expect.objectContaining({ seen: expect.stringMatching(/not chunked/) })]);
});
