import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { checks, examine, planOf } from '../../doctor/index.ts';
import { type Manners, refuse, startServer } from './manners.ts';

const quick = { watch: 600, patience: 4_000, timeout: 60_000 };
const origin = 'https://app.example.com';
const secret = 'letmein-4711';

const refusesStrangers: Manners['answer'] = (request, response) =>
  request.method === 'GET' && request.headers.authorization === undefined && refuse(401)(request, response);

describe('a server that is right', () => {
  const everything = {
    ...quick,
    watch: 2_000,
    origin,
    lastEventIdParam: 'lastEventId',
    headers: { Authorization: `Bearer ${secret}` },
  };

  test.each([undefined, 'h2'] as const)('has no finding, with TLS: %s', async (tls) => {
    await using server = await startServer({ answer: refusesStrangers, ...(tls && { tls }) });
    const { findings, skipped, passed, requests } = await examine(server.url, {
      ...everything,
      insecure: true,
    });
    expect(findings).toEqual([]);
    expect(skipped.map(({ check, because }) => `${check}: ${because}`)).toEqual([
      ...(tls ? [] : ['http-version: the server is on this machine, without TLS']),
      'ended: the stream did not end',
      'retry-after: no request got 429 or 503',
      'cors-credentials: no cookie was given',
    ]);
    expect(passed.length + skipped.length).toBe(checks.length);
    expect(requests).toBe(server.requests.length);
    expect(requests).toBeLessThanOrEqual(planOf(everything).reduce((sum, one) => sum + one.requests, 0));
  });
});

describe('what is sent', () => {
  test('is at most what was planned, by safe methods alone', async () => {
    await using server = await startServer();
    const options = { ...quick, origin, headers: { 'X-Api-Key': secret }, lastEventIdParam: 'after' };
    const plan = planOf(options);
    await examine(server.url, options);
    const total = plan.reduce((sum, { requests }) => sum + requests, 0);
    expect(total).toBeLessThan(30);
    expect(server.requests.length).toBeLessThanOrEqual(total);
    expect(new Set(server.requests.map(({ method }) => method))).toEqual(
      new Set(plan.map(({ method }) => method)),
    );
    expect([...new Set(plan.map(({ method }) => method))].sort()).toEqual(['GET', 'HEAD', 'OPTIONS']);
  });

  test('is an unsafe request once, when it was asked for', async () => {
    await using server = await startServer();
    const options = { ...quick, method: 'POST', body: '{"question":1}', origin };
    const { skipped } = await examine(server.url, options);
    expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'OPTIONS']);
    expect(server.requests[0]?.headers['content-length']).toBe('14');
    expect(skipped).toContainEqual({ check: 'replay', because: 'a POST is sent only once' });
  });

  test('goes without credentials where a redirect leads to another origin, whatever is asked there', async () => {
    await using there = await startServer();
    await using here = await startServer({
      answer: (_, response) =>
        Boolean(response.writeHead(302, { location: `${there.url}?key=${secret}` }).end()),
    });
    const report = await examine(here.url, { ...quick, headers: { Authorization: secret } });
    expect(here.requests.map(({ headers }) => headers['authorization'])).toEqual([secret]);
    expect(there.requests.length).toBeGreaterThan(5);
    expect(there.requests.filter(({ headers }) => headers['authorization'] !== undefined)).toEqual([]);
    expect(report.findings).toContainEqual(
      expect.objectContaining({
        check: 'redirect',
        seen: 'The answer is a redirect (302) to another origin.',
      }),
    );
  });

  test('does not take a body to another origin', async () => {
    await using there = await startServer();
    await using here = await startServer({ answer: refuse(307, { location: there.url }) });
    await examine(here.url, { ...quick, method: 'POST', body: secret });
    expect(here.requests).toHaveLength(1);
    expect(there.requests).toEqual([]);
  });

  test('ends where redirects go round in a circle', async () => {
    await using server = await startServer({ answer: refuse(302, { location: '/events' }) });
    const { findings, requests } = await examine(server.url, quick);
    expect(requests).toBe(6);
    expect(findings.map(({ check }) => check)).toEqual(['status', 'redirect']);
  });
});

test('no report holds the value of a header, whatever a server sends back', async () => {
  await using server = await startServer({
    answer: (request, response) => {
      const { authorization = '' } = request.headers;
      response.writeHead(200, { 'content-type': authorization, location: authorization }).end(authorization);
      return true;
    },
  });
  const report = await examine(`${server.url}?token=${secret}`, {
    ...quick,
    headers: { Authorization: `Bearer ${secret}` },
  });
  expect(report.findings.length).toBeGreaterThan(0);
  expect(JSON.stringify(report)).not.toContain(secret);
});

describe('with `publish`', () => {
  test('replays are tried on a server that sends nothing by itself', async () => {
    await using server = await startServer({ every: 0 });
    const { findings, passed } = await examine(server.url, { ...quick, publish: server.publish });
    expect(findings).toEqual([]);
    expect(passed).toEqual(
      expect.arrayContaining(['buffering', 'ids', 'replay', 'replay-race', 'replay-unknown', 'gap']),
    );
  });

  test('events that are lost between the log and what is live are found', async () => {
    await using server = await startServer({ every: 0, listenAfter: 60 });
    const { findings } = await examine(server.url, {
      ...quick,
      publish: server.publish,
      only: ['replay-race'],
    });
    expect(findings[0]?.seen).toMatch(/^A stream lacked \d+ events? from the middle/);
  });

  test('events that come late between the log and what is live are found', async () => {
    await using server = await startServer({ every: 0, listenAfter: 150, catchesUp: true });
    const { findings } = await examine(server.url, {
      ...quick,
      publish: server.publish,
      only: ['replay-race'],
    });
    expect(findings[0]?.seen).toMatch(/^\d+ events? came only when another one followed\.$/);
  });

  test('an event that does not arrive is found', async () => {
    await using server = await startServer({ every: 0, keepAlive: 0, hold: 512 });
    const options = { ...quick, patience: 1_500, publish: server.publish };
    const { findings } = await examine(server.url, { ...options, only: ['buffering'] });
    expect(findings[0]?.seen).toContain('was published, and did not come');
  });

  test('a server that never serves a client with an ID from the future again is found', async () => {
    const answer: Manners['answer'] = (request, response) => {
      if (!String(request.headers['last-event-id']).startsWith('9')) return false;
      response.writeHead(200).write(':\n\n');
      return true;
    };
    await using server = await startServer({ every: 0, answer });
    const options = { ...quick, patience: 1_500, publish: server.publish };
    const { findings } = await examine(server.url, { ...options, only: ['replay-unknown'] });
    expect(findings[0]?.seen).toBe('The stream was accepted, but no event came any more.');
  });

  test('what it throws is thrown', async () => {
    await using server = await startServer();
    const publish = () => Promise.reject(new Error('no database'));
    await expect(examine(server.url, { ...quick, publish })).rejects.toThrow('no database');
    await expect.poll(() => server.streams).toBe(0);
  });
});

describe('buffering shows', () => {
  test('by bursts with nothing between them', async () => {
    let burst = '';
    await using server = await startServer({
      every: 150,
      keepAlive: 0,
      encode(text) {
        burst += text;
        const events = burst.split('\n\n').length - 1;
        const part = events >= 6 ? burst : '';
        if (events >= 6) burst = '';
        return Buffer.from(part);
      },
    });
    const { findings } = await examine(server.url, { ...quick, watch: 8_000, only: ['buffering'] });
    expect(findings[0]?.seen).toMatch(/^Events came in bursts of 6, 6, 6/);
  });

  test('not by pauses of the server between events that go on', async () => {
    await using server = await startServer({
      answer(_, response) {
        response.writeHead(200).flushHeaders();
        let ticks = 0;
        const timer = setInterval(() => {
          ticks += 1;
          if (ticks % 32 < 12) response.write(`data: ${ticks}\n\n`);
        }, 40);
        response.on('close', () => clearInterval(timer));
        return true;
      },
    });
    const { passed } = await examine(server.url, { ...quick, watch: 7_000, only: ['buffering'] });
    expect(passed).toEqual(['buffering']);
  });

  test('not by what comes while the doctor itself is held up', async () => {
    const server = new Worker(
      `const { parentPort } = require('node:worker_threads');
      const server = require('node:http').createServer((_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        setInterval(() => response.write('data: a\\n\\n'), 40);
      });
      server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
      { eval: true },
    );
    const [port] = await once(server, 'message');
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    const holding = setInterval(() => Atomics.wait(sleeper, 0, 0, 500), 1);
    try {
      const url = `http://127.0.0.1:${port}/`;
      const { passed } = await examine(url, { ...quick, watch: 5_000, only: ['buffering'] });
      expect(passed).toEqual(['buffering']);
    } finally {
      clearInterval(holding);
      await server.terminate();
    }
  });

  test('by everything at once, at the end', async () => {
    await using server = await startServer({
      lasts: 3_000,
      keepAlive: 0,
      every: 0,
      answer: (_, response) => {
        response.writeHead(200).flushHeaders();
        setTimeout(() => response.end('data: a\n\ndata: b\n\ndata: c\n\n'), 2_500);
        return true;
      },
    });
    const { findings } = await examine(server.url, { ...quick, watch: 5_000, only: ['buffering'] });
    expect(findings[0]?.seen).toMatch(/^All 3 events came at once after [12]\.\d s/);
  });
});

test.each([
  ['at the beginning', { greeting: '\ufeff:\n\n' }, 'The stream begins with a byte order mark.'],
  ['before an ID', { greeting: ':\n\n\ufeffid: 1\ndata: a\n\n' }, '1 line began with a byte order mark.'],
])('a byte order mark %s is told apart', async (_, manners, seen) => {
  await using server = await startServer({ ...manners, keepAlive: 0 });
  const { findings } = await examine(server.url, { ...quick, only: ['bom'] });
  expect(findings.map((finding) => finding.seen)).toEqual([seen]);
});

test('lines that end with CRLF, cut into chunks of a byte each, are whole lines', async () => {
  await using server = await startServer({
    answer: (_, response) => {
      response.writeHead(200).flushHeaders();
      const bytes = [...'retry: 5000\r\n\r\nid: 1\r\ndata: a\r\n\r\n'];
      const timer = setInterval(() => {
        const byte = bytes.shift();
        if (byte !== undefined) response.write(byte);
      }, 1);
      response.on('close', () => clearInterval(timer));
      return true;
    },
  });
  const options = {
    ...quick,
    watch: 4_000,
    only: ['line-ends', 'fields', 'unfinished', 'data', 'ids', 'buffering'],
  } as const;
  const { findings, passed } = await examine(server.url, options);
  expect(findings).toEqual([]);
  expect(passed).toHaveLength(6);
});

test('a server that sends the same from the beginning to everybody, one by one, numbers anew', async () => {
  await using server = await startServer({
    answer: (_, response) => {
      response.writeHead(200).flushHeaders();
      let number = 0;
      const timer = setInterval(() => response.write(`id: ${++number}\ndata: {"hello":"world"}\n\n`), 250);
      response.on('close', () => clearInterval(timer));
      return true;
    },
  });
  const { findings } = await examine(server.url, { ...quick, watch: 3_000, only: ['numbering', 'replay'] });
  expect(findings.map(({ check }) => check)).toEqual(['numbering']);
});

test('a server that sends all that it has to everybody, at once, replays too much', async () => {
  await using server = await startServer({ replay: (log) => log });
  const { findings } = await examine(server.url, { ...quick, only: ['numbering', 'replay'] });
  expect(findings.map(({ check, seen }) => [check, seen])).toEqual([
    ['replay', expect.stringMatching(/^\d+ events? came again that the client had received\.$/)],
  ]);
});

test('compression that holds back nothing but replays is found, as of Caddy 2.6', async () => {
  await using server = await startServer({
    answer: (request, response) => {
      if (request.headers['last-event-id'] === undefined) return false;
      response.writeHead(200, { 'content-encoding': 'gzip' }).flushHeaders();
      return true;
    },
  });
  const options = { ...quick, only: ['compression', 'replay'] } as const;
  const { findings } = await examine(server.url, options);
  expect(findings.map(({ check }) => check)).toEqual(['compression', 'replay']);
});

describe('what a server says of itself', () => {
  test('puts its remedies first', async () => {
    await using server = await startServer({
      headers: { 'x-powered-by': 'Express', 'x-accel-buffering': undefined },
    });
    const { findings } = await examine(server.url, { ...quick, only: ['accel-buffering'] });
    expect(findings[0]?.mend.map(({ on }) => on)).toEqual([
      'Express',
      'Any server',
      'Hono',
      'Fastify',
      'nginx',
    ]);
  });

  test('excuses nginx, which keeps X-Accel-Buffering to itself', async () => {
    await using server = await startServer({
      headers: { server: 'nginx/1.26', 'x-accel-buffering': undefined },
    });
    const { findings } = await examine(server.url, { ...quick, only: ['accel-buffering'] });
    expect(findings).toEqual([]);
  });
});

describe('what makes no sense is told at once', () => {
  test.each([
    ['events', {}, /whole URL that begins with http/],
    ['ws://localhost/events', {}, /whole URL/],
    ['http://localhost', { orign: 'x' }, /no option `orign`.*method/],
    ['http://localhost', { origin: 'app.example.com' }, /`origin` must be an origin such as https/],
    ['http://localhost', { headers: { a: 'b\nc' } }, /`headers` must be/],
    ['http://localhost', { only: ['nothing'] }, /`only` must be a list of these: answer, headers/],
    ['http://localhost', { watch: 60_000, timeout: 60_000 }, /`timeout` must be longer than `watch`/],
    ['http://localhost', { watch: -1 }, /`watch` must be a number/],
  ])('%s %o', async (url, options, message) => {
    await expect(examine(url, options as object)).rejects.toThrow(message);
  });
});
