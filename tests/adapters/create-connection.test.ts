import { derived, get } from 'svelte/store';
import { describe, expect, test, vi } from 'vitest';
import { type Connection, ConnectionError, type ConnectionState, createConnection } from '../../index.ts';
import type { Message } from '../../machines/message.ts';
import { body, cut, stall, status, stream } from '../support/sse-server.ts';
import { clock, connect, reached, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';

/** Moves the clock until the wait is over and the next attempt has ended in another status. */
async function retry(connection: Connection, ms = 30_000) {
  const before = server.requests.length;
  clock.advance(ms);
  await until(() => server.requests.length > before, 'another request');
  await until(() => connection.state.status !== 'connecting', 'an answer');
}

describe('a restart of the server', () => {
  test('is survived without losing or doubling an event, and the budget becomes whole again', async () => {
    const connection = connect();
    const statuses: string[] = [];
    const received: Message[] = [];
    connection.subscribe(({ status: next }) => statuses.at(-1) !== next && statuses.push(next));
    connection.on('*', (message) => received.push(message));
    await reached(connection, 'open');
    server.publish('one');
    server.publish('{"two":2}', 'note');
    await until(() => received.length === 2);

    server.answer(status(500), status(502), status(503), stream);
    server.drop();
    server.publish('three');
    await reached(connection, 'backoff');
    for (let attempt = 1; attempt <= 4; attempt += 1) await retry(connection);
    await until(() => received.length === 3);
    server.publish('four');
    await until(() => received.length === 4);

    expect(received).toEqual([
      { event: 'message', data: 'one', id: '1' },
      { event: 'note', data: { two: 2 }, id: '2' },
      { event: 'message', data: 'three', id: '3' },
      { event: 'message', data: 'four', id: '4' },
    ]);
    expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '2', '2', '2', '2']);
    expect(statuses).toEqual([
      'connecting',
      'open',
      ...Array(4).fill(['backoff', 'connecting']).flat(),
      'open',
    ]);
    // An event that was never seen before is news, and news makes the budget whole.
    expect(connection.state).toMatchObject({ status: 'open', retries: 0, error: null });
  });

  test('that refuses connections, and one that cuts them, are survived alike', async () => {
    const connection = connect();
    await reached(connection, 'open');
    await server.refuse();
    await reached(connection, 'backoff');
    clock.advance(1_000);
    await until(() => connection.state.retries === 2 && connection.state.status === 'backoff');
    expect(connection.state.error).toMatchObject({
      kind: 'network',
      message: 'The server could not be reached (ECONNREFUSED).',
    });
    await server.listen();
    server.answer(cut, stream);
    await retry(connection);
    expect(connection.state.retries).toBe(3);
    await retry(connection);
    expect(connection.state.status).toBe('open');
  });
});

describe('a refusal', () => {
  test.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'http'],
  ])('with %i sends exactly one request and fails for ever', async (code, kind) => {
    server.answer(status(code));
    const connection = connect();
    await reached(connection, 'failed');
    clock.advance(10_000_000);
    await quiet();
    expect(connection.state).toMatchObject({ status: 'failed', retries: 0, error: { kind, status: code } });
    expect(server.requests).toHaveLength(1);
  });

  test('with 204 closes the connection', async () => {
    server.answer(status(204));
    const connection = connect();
    await reached(connection, 'closed');
    clock.advance(10_000_000);
    await quiet();
    expect(connection.state).toMatchObject({ closeReason: 'ended', error: null });
    expect(server.requests).toHaveLength(1);
  });

  test('with another content type fails before a byte is parsed', async () => {
    server.answer((response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('data: not a message\n\n'),
    );
    const connection = connect();
    const received: Message[] = [];
    connection.on('*', (message) => received.push(message));
    await reached(connection, 'failed');
    expect(connection.state.error).toMatchObject({ kind: 'content-type', status: 200 });
    expect(received).toEqual([]);
  });

  test('with 429 and Retry-After: 2 sends nothing before two seconds have passed', async () => {
    clock.setRandom(0);
    server.answer(status(429, { 'retry-after': '2' }), stream);
    const connection = connect();
    await reached(connection, 'backoff');
    expect(connection.state.error).toMatchObject({ kind: 'http', status: 429, retryAfter: 2_000 });
    expect(connection.state.retryAt).toBe(clock.now() + 2_000);
    clock.advance(1_999);
    await quiet();
    expect(server.requests).toHaveLength(1);
    clock.advance(1);
    await reached(connection, 'open');
    expect(server.requests).toHaveLength(2);
  });

  test('leaves no socket that waits for its body to be read', async () => {
    server.answer((response) => response.writeHead(404).write('a page that never ends'));
    const connection = connect();
    await reached(connection, 'failed');
    await until(() => server.sockets.size === 0, 'the socket to be closed');
  });
});

test('the ceiling: exactly maxRetries retries, then failed as exhausted; reconnect() starts afresh', async () => {
  server.answer(status(503));
  const connection = connect({ maxRetries: 3 });
  await reached(connection, 'backoff');
  for (let attempt = 1; attempt <= 3; attempt += 1) await retry(connection);
  expect(connection.state).toMatchObject({
    status: 'failed',
    retries: 3,
    error: { kind: 'exhausted', status: 503 },
  });
  clock.advance(10_000_000);
  await quiet();
  expect(server.requests).toHaveLength(4);

  server.answer(stream);
  connection.reconnect();
  expect(connection.state).toMatchObject({ status: 'connecting', retries: 0, error: null });
  await reached(connection, 'open');
});

describe('close()', () => {
  async function expectSilence(connection: Connection, requests: number) {
    expect(connection.state).toMatchObject({ status: 'closed', closeReason: 'app', retryAt: null });
    expect(clock.pending).toBe(0);
    await until(() => server.sockets.size === 0, 'the socket to be closed');
    clock.advance(10_000_000);
    await quiet();
    expect(server.requests).toHaveLength(requests);
  }

  test('before the request has left sends none', async () => {
    const connection = connect();
    connection.close();
    await expectSilence(connection, 0);
  });

  test('while connecting closes the socket', async () => {
    server.answer(stall);
    const connection = connect();
    await until(() => server.requests.length === 1);
    connection.close();
    await expectSilence(connection, 1);
  });

  test('while open closes the socket', async () => {
    const connection = connect();
    await reached(connection, 'open');
    connection.close();
    await expectSilence(connection, 1);
  });

  test('in backoff sends nothing more', async () => {
    server.answer(status(503));
    const connection = connect();
    await reached(connection, 'backoff');
    connection.close();
    await expectSilence(connection, 1);
  });

  test('in the middle of a batch delivers no more of it, and the rest comes when it is opened again', async () => {
    const connection = connect();
    const received: unknown[] = [];
    connection.on('message', ({ data }) => {
      received.push(data);
      if (data === 'two') connection.close();
    });
    server.publish('one');
    server.publish('two');
    server.publish('three');
    await reached(connection, 'closed');
    expect([received, connection.state.lastEventId]).toEqual([['one', 'two'], '2']);
    connection.open();
    await until(() => received.length === 3);
    expect(received).toEqual(['one', 'two', 'three']);
  });
});

describe('a fault of the app', () => {
  test('in a listener is reported and touches neither the others nor the connection', async () => {
    const reports: unknown[] = [];
    const connection = connect({ reportError: (error) => reports.push(error) });
    const received: unknown[] = [];
    const fault = new Error('a fault of the app');
    const fail = () => {
      throw fault;
    };
    connection.on('message', fail);
    connection.subscribe(fail);
    connection.on('message', ({ data }) => received.push(data));
    await reached(connection, 'open');
    server.publish('one');
    server.publish('two');
    await until(() => received.length === 2);
    expect(received).toEqual(['one', 'two']);
    expect(new Set(reports)).toEqual(new Set([fault]));
    expect(connection.state.status).toBe('open');
    expect(server.requests).toHaveLength(1);
  });

  test.each(['headers', 'url'] as const)('in `%s` is reported, retried and survived', async (name) => {
    const reports: unknown[] = [];
    const fault = new Error('no token');
    let calls = 0;
    const failFirst = async <Value>(value: Value) => {
      calls += 1;
      if (calls === 1) throw fault;
      return value;
    };
    const connection = connect(
      {
        reportError: (error) => reports.push(error),
        ...(name === 'headers' && { headers: () => failFirst({}) }),
      },
      name === 'url' ? () => failFirst(server.url) : server.url,
    );
    await reached(connection, 'backoff');
    expect(connection.state.error).toMatchObject({
      kind: 'network',
      message: `\`${name}\` threw, so no request was sent.`,
    });
    expect(reports).toEqual([expect.objectContaining({ name: 'ConnectionError', cause: fault })]);
    expect(server.requests).toHaveLength(0);
    clock.advance(1_000);
    await reached(connection, 'open');
  });

  test('in `parse` is reported and costs only the message it was about', async () => {
    const reports: unknown[] = [];
    const connection = connect({
      parse: (text) => JSON.parse(text),
      reportError: (error) => reports.push(error),
    });
    const received: unknown[] = [];
    connection.on('message', ({ data }) => received.push(data));
    server.publish('1');
    server.publish('{');
    server.publish('3');
    await until(() => received.length === 2);
    expect([received, connection.state.status]).toEqual([[1, 3], 'open']);
    expect(reports).toEqual([
      expect.objectContaining({ kind: 'invalid', cause: expect.any(SyntaxError) as unknown }),
    ]);
  });

  test('a `fetch` that throws synchronously is a failure like any other', async () => {
    const connection = connect({
      fetch: () => {
        throw new Error('no fetch today');
      },
    });
    await reached(connection, 'backoff');
    expect(connection.state.error?.kind).toBe('network');
  });

  test('a jitter function that throws or returns no number is reported, and the built-in jitter is used', async () => {
    const reports: unknown[] = [];
    server.answer(status(503));
    for (const jitter of [
      () => Number.NaN,
      () => 5n as unknown as number,
      () => {
        throw new Error('no delay');
      },
    ]) {
      const connection = connect({ jitter, reportError: (error) => reports.push(error) });
      await reached(connection, 'backoff');
      expect(connection.state.retryAt).toBe(clock.now() + 500);
    }
    expect(reports).toHaveLength(3);
  });

  test('a reporter that throws stops nothing either', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    const connection = connect({
      reportError: () => {
        throw new Error('the reporter is broken');
      },
    });
    const received: unknown[] = [];
    connection.on('message', () => {
      throw new Error('and so is the listener');
    });
    connection.on('message', ({ data }) => received.push(data));
    server.publish('one');
    await until(() => received.length === 1);
    expect(logged).toHaveBeenCalledTimes(1);
    logged.mockRestore();
  });

  test.each(['http://', '/relative/on/a/server', 'http://user:secret@127.0.0.1/?token=secret'])(
    'the URL %s fails as invalid, and is not quoted',
    async (url) => {
      const connection = connect({}, url);
      await reached(connection, 'failed');
      expect(connection.state.error).toMatchObject({ kind: 'invalid' });
      expect(JSON.stringify(connection.actor.getSnapshot().context)).not.toContain('secret');
      connection.reconnect();
      expect(connection.state.status).toBe('connecting');
    },
  );
});

describe('a jitter function', () => {
  test('gets the exponential delay, from the beginning once the budget is whole', async () => {
    const delays: number[] = [];
    const connection = connect({
      jitter: (delay) => {
        delays.push(delay);
        return 10;
      },
    });
    server.answer(status(503), status(503), stream);
    await reached(connection, 'backoff');
    await retry(connection, 10);
    await retry(connection, 10);
    expect(connection.state.status).toBe('open');
    clock.advance(5_000);
    server.drop();
    await reached(connection, 'backoff');
    expect(delays).toEqual([1_000, 2_000, 1_000]);
  });
});

describe('time', () => {
  test('that passes without an answer is a timeout, by default after 60 seconds', async () => {
    server.answer(stall);
    const connection = connect();
    await until(() => server.requests.length === 1);
    clock.advance(59_999);
    expect(connection.state.status).toBe('connecting');
    clock.advance(1);
    expect(connection.state).toMatchObject({ status: 'backoff', error: { kind: 'timeout' } });
    await until(() => server.sockets.size === 0, 'the socket to be closed');
  });

  test('has no limit where the limit is 0', async () => {
    server.answer(stall);
    const connection = connect({ connectTimeout: 0 });
    await until(() => server.requests.length === 1);
    clock.advance(1_000_000);
    const { status: now, retries } = connection.state;
    expect([now, retries, clock.pending]).toEqual(['connecting', 0, 0]);
  });

  test('that passes without a byte is an idle failure if the app set a limit; a comment is a sign of life', async () => {
    let read = '';
    const connection = connect({
      idleTimeout: 1_000,
      fetch: async (...request) => {
        const response = await fetch(...request);
        const decoder = new TextDecoder();
        const watched = response.body?.pipeThrough(
          new TransformStream<Uint8Array, Uint8Array>({
            transform(chunk, controller) {
              controller.enqueue(chunk);
              read += decoder.decode(chunk);
            },
          }),
        );
        return new Response(watched ?? null, response);
      },
    });
    await reached(connection, 'open');
    for (let beat = 1; beat <= 3; beat += 1) {
      clock.advance(900);
      server.publish(`after ${beat}`);
      await until(() => connection.state.lastEventId === String(beat));
    }
    clock.advance(900);
    server.write(': still here\n\n');
    await until(() => read.endsWith(': still here\n\n'));
    await quiet(2);
    clock.advance(999);
    expect(connection.state.status).toBe('open');
    clock.advance(1);
    expect(connection.state).toMatchObject({ status: 'backoff', error: { kind: 'idle' } });
  });
});

describe('an unsafe method', () => {
  const post = { method: 'POST', body: 'a question' };

  test('that has been answered to the end closes the connection', async () => {
    server.answer(body('data: an answer\n\n'));
    const connection = connect(post);
    const received: unknown[] = [];
    connection.on('message', ({ data }) => received.push(data));
    await reached(connection, 'closed');
    expect(received).toEqual(['an answer']);
    expect(connection.state.closeReason).toBe('ended');
    expect(server.requests).toMatchObject([{ method: 'POST', body: 'a question' }]);
  });

  test('that broke in the middle is not repeated, but one that was refused is', async () => {
    server.answer(status(503), (response, request) => {
      stream(response, request);
      response.write('data: half an answer\n\n', () => request.socket.destroy());
    });
    const connection = connect(post);
    await reached(connection, 'backoff');
    await retry(connection);
    await reached(connection, 'failed');
    expect(connection.state.error?.kind).toBe('network');
    expect(server.requests).toHaveLength(2);
  });
});

describe('401 with `refresh`', () => {
  test('refreshes once for all connections that need it, and tries again uncharged', async () => {
    let token = 'old';
    let refreshes = 0;
    server.answer((response, request) =>
      request.headers.authorization === 'Bearer new'
        ? stream(response, request)
        : response.writeHead(401).end(),
    );
    const refresh = async () => {
      refreshes += 1;
      await quiet(5);
      token = 'new';
    };
    const headers = () => ({ Authorization: `Bearer ${token}` });
    const both = [connect({ headers, refresh }), connect({ headers, refresh })];
    for (const connection of both) {
      await reached(connection, 'open');
      expect(connection.state.retries).toBe(0);
    }
    expect([refreshes, server.requests.length]).toEqual([1, 4]);
  });

  test('renews again for a later 401, and a passing failure of the refresh is retried', async () => {
    let calls = 0;
    let accepted = 'second';
    server.answer((response, request) =>
      request.headers.authorization === accepted ? stream(response, request) : response.writeHead(401).end(),
    );
    const tokens = ['first', 'second', 'third'];
    const connection = connect({
      headers: () => ({ authorization: tokens[Math.min(calls, 2)] ?? '' }),
      refresh: () => {
        calls += 1;
        if (calls === 1) throw new ConnectionError('network', 'The server of the tokens restarts.');
      },
    });
    await reached(connection, 'backoff');
    expect([calls, connection.state.error?.kind]).toEqual([1, 'network']);
    clock.advance(1_000);
    await reached(connection, 'open');
    accepted = 'third';
    server.drop();
    await reached(connection, 'backoff');
    await retry(connection);
    await reached(connection, 'open');
    expect(calls).toBe(2);
  });

  test('fails at the second 401 in a row, and when the refresh fails', async () => {
    server.answer(status(401));
    const stale = connect({ refresh: () => {} });
    await reached(stale, 'failed');
    expect(server.requests).toHaveLength(2);

    const reports: unknown[] = [];
    const connection = connect({
      refresh: () => Promise.reject(new Error('no session')),
      reportError: (error) => reports.push(error),
    });
    await reached(connection, 'failed');
    expect([connection.state.error?.kind, reports.length]).toEqual(['unauthorized', 1]);
    expect(server.requests).toHaveLength(3);
  });
});

describe('listeners', () => {
  test('are called by name and for all, in order, until they are removed', async () => {
    const connection = connect();
    const heard: string[] = [];
    const forget = connection.on('note', ({ data }) => heard.push(`note ${data}`));
    connection.on('*', ({ event, data }) => heard.push(`* ${event} ${data}`));
    connection.on('error', ({ data }) => heard.push(`error ${data}`));
    await reached(connection, 'open');
    server.publish('a', 'note');
    server.publish('b', 'error');
    await until(() => heard.length === 4);
    forget();
    server.publish('c', 'note');
    await until(() => heard.length === 5);
    expect(heard).toEqual(['note a', '* note a', 'error b', '* error b', '* note c']);
    expect(connection.state).toMatchObject({ status: 'open', error: null });
  });

  test('hear only the events that were asked for; the IDs of the others count all the same', async () => {
    vi.stubEnv('NODE_ENV', 'production'); // without a word
    const connection = connect({ events: ['note'] });
    const heard: unknown[] = [];
    connection.on('*', ({ data }) => heard.push(data));
    await reached(connection, 'open');
    server.publish('a', 'other');
    server.publish('b', 'note');
    server.publish('c', 'other');
    await until(() => connection.state.lastEventId === '3');
    expect(heard).toEqual(['b']);
    expect(() => connection.on('other', () => {})).toThrow(
      "'other' is not among the events of this connection: message, note. Name it in `events`.",
    );
    vi.unstubAllEnvs();
  });

  test('of the state are called at once, then only when something in it changed, with a new object', async () => {
    const connection = connect();
    const states: ConnectionState[] = [];
    const current: boolean[] = [];
    connection.subscribe((state) => {
      states.push(state);
      current.push(connection.state === state);
    });
    await reached(connection, 'open');
    server.write('data: without an id\n\n');
    server.write('data: without an id\n\n');
    await quiet();
    expect(states.map(({ status: shown }) => shown)).toEqual(['connecting', 'open']);
    expect(current).toEqual([true, true]);
    expect(states[1]).toBe(connection.state);
  });

  test('of the state hear the present one, whenever they come', async () => {
    const connection = connect();
    await reached(connection, 'open');
    const heard: string[] = [];
    connection.subscribe(({ status: shown }) => {
      heard.push(shown);
      if (heard.length === 2) connection.subscribe((late) => heard.push(`late: ${late.status}`));
    });
    expect(heard).toEqual(['open']);
    connection.close();
    expect(heard).toEqual(['open', 'closed', 'late: closed']);
  });

  test('of the state that throw at the first call are reported, and called again', async () => {
    const reports: unknown[] = [];
    const connection = connect({ reportError: (error) => reports.push(error) });
    const fault = new Error('a fault of the app');
    let calls = 0;
    const forget = connection.subscribe(() => {
      calls += 1;
      throw fault;
    });
    expect([reports, calls]).toEqual([[fault], 1]);
    await reached(connection, 'open');
    expect([reports, calls]).toEqual([[fault, fault], 2]);
    forget();
    connection.close();
    expect(calls).toBe(2);
  });

  test('a connection is a store of Svelte', async () => {
    const connection = connect();
    expect(get(connection)).toBe(connection.state);
    const shown: string[] = [];
    derived(connection, ({ status: current }) => current).subscribe((current) => shown.push(current));
    await reached(connection, 'open');
    expect(shown).toEqual(['connecting', 'open']);
  });
});

test('a listener of the state that was removed is not called, and an error that stays is the same object', async () => {
  server.answer(status(503));
  const connection = connect();
  let calls = 0;
  const forget = connection.subscribe(() => {
    calls += 1;
  });
  await reached(connection, 'backoff');
  const { error } = connection.state;
  const before = calls;
  forget();
  clock.advance(1_000);
  expect(connection.state.status).toBe('connecting');
  expect(connection.state.error).toBe(error);
  expect(calls).toBe(before);
});

describe('for await', () => {
  test('yields every message and ends when the connection is closed', async () => {
    const connection = connect();
    const received: unknown[] = [];
    for (const data of ['one', 'two', 'three']) server.publish(data);
    for await (const { data } of connection) {
      received.push(data);
      if (received.length === 3) connection.close();
    }
    expect(received).toEqual(['one', 'two', 'three']);
  });

  test('yields what comes without an ID as soon as it comes', async () => {
    const connection = connect();
    await reached(connection, 'open');
    const received: unknown[] = [];
    const looping = (async () => {
      for await (const { data } of connection) {
        received.push(data);
        if (received.length === 2) break;
      }
    })();
    server.write('data: one\n\n');
    await until(() => received.length === 1);
    await quiet(2);
    server.write('data: two\n\n');
    await looping;
    expect(received).toEqual(['one', 'two']);
  });

  test('throws the error when the connection fails', async () => {
    server.answer(status(403));
    const connection = connect();
    const loop = (async () => {
      for await (const _ of connection);
    })();
    const error: unknown = await loop.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ConnectionError', kind: 'forbidden' });
    expect(error).toBe(connection.state.error);
  });

  test('goes on after a pause, and leaves no listener behind when it is left', async () => {
    const connection = connect({ pauseWhenHidden: true });
    const forgotten: string[] = [];
    const { on, subscribe } = connection;
    connection.on = (event: string, listener: never) => {
      const forget = on(event, listener);
      return () => {
        forgotten.push('messages');
        forget();
      };
    };
    connection.subscribe = (listener) => {
      const forget = subscribe(listener);
      return () => {
        forgotten.push('states');
        forget();
      };
    };
    const received: unknown[] = [];
    const looping = (async () => {
      for await (const { data } of connection) {
        received.push(data);
        if (data === 'two') break;
      }
    })();
    await reached(connection, 'open');
    server.publish('one');
    await until(() => received.length === 1);
    connection.actor.send({ type: 'page.hidden', at: clock.now() });
    expect(connection.state.closeReason).toBe('paused');
    await quiet(2);
    server.publish('two');
    connection.actor.send({ type: 'page.visible', at: clock.now() });
    await looping;
    expect(received).toEqual(['one', 'two']);
    expect(forgotten.sort()).toEqual(['messages', 'states']);
  });

  test('throws, and says so, when the loop falls too far behind; the connection goes on', async () => {
    const connection = connect({ bufferSize: 2 });
    const received: unknown[] = [];
    await reached(connection, 'open');
    const loop = (async () => {
      for await (const { data } of connection) {
        received.push(data);
        if (received.length === 1) for (const more of ['b', 'c', 'd', 'e']) server.publish(more);
        await until(() => connection.state.lastEventId === '5');
      }
    })();
    server.publish('a');
    await expect(loop).rejects.toMatchObject({
      kind: 'too-large',
      message: 'The limit `bufferSize` of 2 was exceeded.',
    });
    expect(received).toEqual(['a', 'b', 'c']);
    expect(connection.state.status).toBe('open');
  });
});

describe('listeners that change the listeners', () => {
  test('one that registers itself anew is called once per message', async () => {
    const connection = connect();
    let calls = 0;
    let forget = () => {};
    const listen = () => {
      calls += 1;
      forget();
      forget = connection.on('message', listen);
    };
    forget = connection.on('message', listen);
    await reached(connection, 'open');
    server.publish('one');
    server.publish('two');
    await until(() => connection.state.lastEventId === '2');
    expect(calls).toBe(2);
  });

  test('one that is removed by another is not called any more', async () => {
    const connection = connect();
    const heard: string[] = [];
    connection.on('message', () => {
      heard.push('first');
      forget();
    });
    const forget = connection.on('message', () => heard.push('second'));
    await reached(connection, 'open');
    server.publish('one');
    await until(() => heard.length > 0);
    await quiet(2);
    expect(heard).toEqual(['first']);
  });
});

test('an event that the server names * is heard once by those who hear all', async () => {
  const connection = connect();
  const heard: unknown[] = [];
  connection.on('*', ({ data }) => heard.push(data));
  await reached(connection, 'open');
  server.publish('a', '*');
  server.publish('b');
  await until(() => heard.length > 1);
  expect(heard).toEqual(['a', 'b']);
});

test('a connection that is disposed of in a listener is closed, and its loops end', async () => {
  const connection = createConnection(server.url);
  const looping = (async () => {
    for await (const _ of connection);
  })();
  connection.on('message', () => void connection[Symbol.asyncDispose]());
  await reached(connection, 'open');
  server.publish('one');
  await looping;
  expect(connection.state).toMatchObject({ status: 'closed', closeReason: 'app' });
});

test('`await using` closes the connection and stops its actor', async () => {
  let used: Connection | undefined;
  {
    await using connection = createConnection(server.url);
    used = connection;
    await reached(connection, 'open');
  }
  expect(used.state.status).toBe('closed');
  await until(() => server.sockets.size === 0, 'the socket to be closed');
  expect(used.actor.getSnapshot().status).toBe('stopped');
});

describe('the request', () => {
  test('carries what is needed and nothing that would cost a preflight', async () => {
    const connection = connect();
    await reached(connection, 'open');
    const { headers, method } = server.requests[0] ?? {};
    expect(method).toBe('GET');
    expect(headers?.accept).toBe('text/event-stream');
    expect(headers).not.toHaveProperty('last-event-id');
  });

  test('sends the last event ID as UTF-8', async () => {
    const connection = connect();
    await reached(connection, 'open');
    server.write('id: zażółć ✓\ndata: a\n\n');
    await until(() => connection.state.lastEventId !== '');
    server.drop();
    await reached(connection, 'backoff');
    await retry(connection);
    expect(server.requests[1]?.lastEventId).toBe('zażółć ✓');
  });

  test('asks the functions that make it anew for every attempt', async () => {
    let count = 0;
    server.answer(status(503), stream);
    const connection = connect({ headers: () => ({ 'x-attempt': String(++count) }) });
    await reached(connection, 'backoff');
    await retry(connection);
    expect(server.requests.map(({ headers }) => headers['x-attempt'])).toEqual(['1', '2']);
  });
});
