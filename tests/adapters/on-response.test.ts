import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { type Answer, body, status, stream } from '../support/sse-server.ts';
import { clock, dataOf, listen, reached, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';

/** Answers with a refusal whose body goes on until a test ends it. */
function slowRefusal(code: number) {
  let held: ServerResponse | undefined;
  const answer: Answer = (response) => {
    held = response;
    response.writeHead(code, { 'content-type': 'application/json' }).write('{"reason":');
  };
  return { answer, finish: () => held?.end('"quota"}') };
}

const gone = () => until(() => server.sockets.size === 0, 'the socket to be closed');

describe('onResponse', () => {
  test('is called with each answer, before it is judged', async () => {
    server.answer(status(503), (response) => {
      response.setHeader('x-session', 'abc');
      return stream;
    });
    const seen: unknown[] = [];
    const { connection, received } = listen({
      onResponse: ({ status, headers }) =>
        seen.push([status, headers.get('x-session'), connection.state.status]),
    });
    await reached(connection, 'backoff');
    clock.advanceToNext();
    await reached(connection, 'open');
    server.publish('a');
    await until(() => received.length === 1);
    expect(seen).toEqual([
      [503, null, 'connecting'],
      [200, 'abc', 'connecting'],
    ]);
  });

  test('can read the body of a refusal however long it takes, and the failure waits for that', async () => {
    const { answer, finish } = slowRefusal(400);
    server.answer(answer);
    const read: unknown[] = [];
    let hasBegun = false;
    const { connection } = listen({
      onResponse: async (response) => {
        await quiet(2);
        hasBegun = true;
        read.push(await response.json());
      },
    });
    await until(() => hasBegun);
    await quiet();
    expect(connection.state.status).toBe('connecting');
    finish();
    await reached(connection, 'failed');
    expect([read, connection.state.error?.status]).toEqual([[{ reason: 'quota' }], 400]);
  });

  test('can read a clone as well, and leave the rest', async () => {
    server.answer((response) => response.writeHead(404).write('<h1>Loading'));
    const starts: unknown[] = [];
    const { connection } = listen({
      onResponse: async (response) => {
        const part = await response.clone().body?.getReader().read();
        starts.push(new TextDecoder().decode(part?.value));
      },
    });
    await reached(connection, 'failed');
    await gone();
    expect(starts).toEqual(['<h1>Loading']);
  });

  test('that reads nothing leaves no socket', async () => {
    server.answer((response) => response.writeHead(404).write('<h1>Loading'));
    const { connection } = listen({ onResponse: () => {} });
    await reached(connection, 'failed');
    await gone();
  });

  test('that never ends costs the attempt its time, and no socket', async () => {
    const { answer } = slowRefusal(403);
    server.answer(answer);
    let calls = 0;
    const { connection } = listen({
      onResponse: (response) => {
        calls += 1;
        return response.text();
      },
    });
    await until(() => calls === 1);
    await quiet();
    clock.advance(60_000);
    await reached(connection, 'backoff');
    expect(connection.state.error?.kind).toBe('timeout');
    await gone();
  });

  test('that is reading when the connection is closed is cut short, and nothing is reported', async () => {
    const { answer } = slowRefusal(403);
    server.answer(answer);
    const [reports, faults]: [unknown[], unknown[]] = [[], []];
    let calls = 0;
    const { connection } = listen({
      onResponse: (response) => {
        calls += 1;
        return response.text().catch((fault) => {
          faults.push(fault);
          throw fault;
        });
      },
      reportError: (error) => reports.push(error),
    });
    await until(() => calls === 1);
    connection.close();
    await gone();
    await until(() => faults.length === 1);
    await quiet();
    expect([connection.state.status, reports]).toEqual(['closed', []]);
  });

  const fault = new Error('handler');
  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw fault;
      },
    ],
    ['rejects', () => Promise.reject(fault)],
    ['rejects later', () => quiet(3).then(() => Promise.reject(fault))],
  ])('that %s is reported, and stops nothing', async (_, onResponse) => {
    const reports: unknown[] = [];
    const options = { onResponse, reportError: (error: unknown) => reports.push(error) };
    server.answer(body('data: a\n\n'));
    const { connection, received } = listen(options);
    await until(() => received.length === 1 && reports.length === 1);
    expect([dataOf(received), reports]).toEqual([['a'], [fault]]);
    connection.close();
    server.answer(status(403));
    const refused = listen(options).connection;
    await reached(refused, 'failed');
    expect([refused.state.error?.kind, reports]).toEqual(['forbidden', [fault, fault]]);
  });

  test('that fails after the connection was closed is reported all the same', async () => {
    const reports: unknown[] = [];
    let fail = () => {};
    const { connection } = listen({
      onResponse: () =>
        new Promise((_, reject) => {
          fail = () => reject(fault);
        }),
      reportError: (error) => reports.push(error),
    });
    await reached(connection, 'open');
    connection.close();
    fail();
    await until(() => reports.length === 1);
    expect(reports).toEqual([fault]);
  });

  test('that fails with nothing when the connection is closed is reported too', async () => {
    const reports: unknown[] = [];
    let fail = () => {};
    const { connection } = listen({
      onResponse: () => new Promise((_, reject) => (fail = reject)),
      reportError: (error) => reports.push(error),
    });
    await reached(connection, 'open');
    connection.close();
    fail();
    await until(() => reports.length === 1);
    expect(reports).toEqual([undefined]);
  });

  test('that takes the body of a stream leaves none to read, which the error says', async () => {
    const { connection } = listen({
      onResponse: (response) => {
        response.body?.getReader();
      },
    });
    await reached(connection, 'failed');
    expect(connection.state.error).toMatchObject({
      kind: 'invalid',
      message: 'The answer has no body that can be read.',
    });
    await gone();
  });

  test('is not called for an answer that nobody wants any more', async () => {
    const statuses: number[] = [];
    const deaf: typeof fetch = async (url, init) => {
      const response = await fetch(url, { ...init, signal: null });
      connection.close();
      return response;
    };
    const { connection } = listen({ fetch: deaf, onResponse: ({ status }) => statuses.push(status) });
    await reached(connection, 'closed');
    await gone();
    expect(statuses).toEqual([]);
  });
});
