import { describe, expect, test } from 'vitest';
import type { Connection } from '../../index.ts';
import { type Answer, body, status, stream } from '../support/sse-server.ts';
import { clock, listen, reached, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';

/** Goes from attempt to attempt until the connection waits no more, and says how long each wait was. */
async function waitsOf(connection: Connection): Promise<number[]> {
  const waits: number[] = [];
  while (true) {
    await until(() => !['connecting', 'open'].includes(connection.state.status), 'the end of an attempt');
    const { retryAt } = connection.state;
    if (retryAt === null) return waits;
    waits.push(retryAt - clock.now());
    clock.advance(retryAt - clock.now() - 1);
    expect(connection.state.status).toBe('backoff');
    clock.advance(1);
    expect(connection.state.status).toBe('connecting');
  }
}

/** The delays of the policy: eight retries, each twice as late as the one before, at most 30 s. */
const backoff = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000];

/** The same for a stream that asks for a reconnection time of less than 100 ms. */
const quickest = [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800];

async function expectSilence(requests: number) {
  clock.advance(1_000_000_000);
  await quiet();
  expect(server.requests).toHaveLength(requests);
}

describe('a server that never lets up gets nine requests and no more, when it', () => {
  const accepted: Answer = (response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();

  const misdeeds: Record<string, Answer> = {
    'accepts every stream and drops it at once': (response, request) => {
      accepted(response, request);
      response.write('data: x\n\n', () => request.socket.destroy());
    },
    'accepts every stream and ends it at once': body('id: 1\ndata: x\n\n'),
    'answers 429 with Retry-After: 0': status(429, { 'retry-after': '0' }),
    'answers 429 with a Retry-After of rubbish': status(429, { 'retry-after': 'soon; rm -rf' }),
    'answers 429 with a Retry-After of the past': status(429, {
      'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT',
    }),
    'answers 503': status(503),
    'answers with something other than HTTP': (_, request) => request.socket.end('SSH-2.0-OpenSSH_9.9\r\n'),
    'redirects to where nobody listens': status(302, { location: 'http://127.0.0.1:1/events' }),
  };

  test.each(Object.entries(misdeeds))('%s', async (_, answer) => {
    server.answer(answer);
    const { connection } = listen({ connectTimeout: 0 });
    expect(await waitsOf(connection)).toEqual(backoff);
    expect(connection.state).toMatchObject({ status: 'failed', retries: 8, error: { kind: 'exhausted' } });
    const { length } = server.requests;
    expect(length).toBeLessThanOrEqual(9);
    await expectSilence(length);
  });

  test('asks to come again at once', async () => {
    server.answer(body('retry: 0\n\n'));
    const { connection } = listen();
    expect(await waitsOf(connection)).toEqual(quickest);
    expect(connection.state).toMatchObject({ status: 'failed', retries: 8, error: { kind: 'exhausted' } });
    await expectSilence(9);
  });

  test('asks to come again at once, and has the same event for every stream', async () => {
    server.answer(body('retry: 0\nid: 1\ndata: x\n\n'));
    const { connection, received } = listen();
    expect(await waitsOf(connection)).toEqual(quickest);
    expect(received).toHaveLength(1);
    await expectSilence(9);
  });

  test.each([
    ['in seconds', '3153600000'],
    ['in 400 digits', '9'.repeat(400)],
    ['as a date', 'Fri, 31 Dec 9999 23:59:59 GMT'],
  ])('answers 429 with a Retry-After of years, %s: five minutes and the backoff', async (_, retryAfter) => {
    server.answer(status(429, { 'retry-after': retryAfter }));
    const { connection } = listen();
    expect(await waitsOf(connection)).toEqual(backoff.map((delay) => 300_000 + delay));
    await expectSilence(9);
  });
});

test('a server that redirects in a circle is asked within one attempt, and no more', async () => {
  server.answer(status(302, { location: '/events' }));
  const { connection } = listen({ connectTimeout: 0 });
  await reached(connection, 'failed');
  expect(connection.state).toMatchObject({ retries: 0, error: { kind: 'http' } });
  const { length } = server.requests;
  expect(length).toBeLessThanOrEqual(2 * 21); // a redirect is followed twenty times, with headers and without
  await expectSilence(length);
});

describe('a server that always says 401', () => {
  test('is asked once', async () => {
    server.answer(status(401));
    const { connection } = listen();
    await reached(connection, 'failed');
    await expectSilence(1);
  });

  test('is asked twice where the credentials can be refreshed, and they are refreshed once', async () => {
    let refreshes = 0;
    server.answer(status(401));
    const { connection } = listen({ refresh: () => ++refreshes });
    await reached(connection, 'failed');
    await expectSilence(2);
    expect(refreshes).toBe(1);
  });

  test('except that it opens and drops a stream in between is soon left alone', async () => {
    let refreshes = 0;
    let turn = 0;
    server.answer((response, request) => {
      turn += 1;
      const answer = turn % 2 === 1 ? status(401) : body('id: 1\ndata: x\n\n');
      answer(response, request);
    });
    const { connection } = listen({ refresh: () => ++refreshes });
    expect(await waitsOf(connection)).toEqual(backoff);
    expect(refreshes).toBe(9);
    await expectSilence(18);
  });
});

describe('a server that says again and again that the credentials expire', () => {
  const storm = (id: number) => `id: ${id}\nevent: expiring\ndata:\n\n`;

  test('is believed only of a stream that was open for `stableAfter`', async () => {
    let refreshes = 0;
    server.answer((response, request) => {
      stream(response, request);
      response.write(Array.from({ length: 1_000 }, (_, at) => storm(at)).join(''));
    });
    const { connection, received } = listen({ refreshOn: 'expiring', refresh: () => ++refreshes });
    await until(() => received.length === 1_000);
    clock.advance(4_999);
    await quiet();
    expect([server.requests.length, refreshes]).toEqual([1, 0]);
    clock.advance(1);
    await until(() => server.requests.length === 2);
    await quiet();
    expect([server.requests.length, refreshes, connection.state.status]).toEqual([2, 1, 'open']);
  });
});
