import { describe, expect, test } from 'vitest';
import type { ConnectionOptions, ConnectionStatus, Persistence } from '../../index.ts';
import { stream } from '../support/sse-server.ts';
import { clock, connect, reached, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';

/** Connects, and keeps the text of what is received. */
function follow(options: ConnectionOptions = {}) {
  const connection = connect({ jitter: 'none', ...options });
  const received: string[] = [];
  connection.on('*', ({ data }) => received.push(String(data)));
  return { connection, received, reached: (status: ConnectionStatus) => reached(connection, status) };
}

const streamHead = { 'content-type': 'text/event-stream' };

describe('reconnect() over an open stream', () => {
  test('overlaps the two at the server, and every event arrives once and in order', async () => {
    const { connection, received, reached } = follow();
    await reached('open');
    server.publish('one');
    await until(() => received.length === 1);
    let accept = () => {};
    server.answer((response, request) => {
      accept = () => stream(response, request);
    }, stream);
    connection.reconnect();
    await until(() => server.requests.length === 2);
    server.publish('two');
    await until(() => received.length === 2);
    expect([server.streams.size, connection.state.status]).toEqual([1, 'open']);
    server.answer(stream);
    accept();
    connection.reconnect(); // the second gives way to a third, which the server accepts
    await until(() => server.requests.length === 3 && server.streams.size === 1);
    server.publish('three');
    await until(() => received.length === 3);
    await quiet();
    expect(received).toEqual(['one', 'two', 'three']);
    expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1', '2']);
    await until(() => server.streams.size === 1);
    expect(connection.state.retries).toBe(0);
  });
});

test('a token that is about to expire is renewed on a second stream, while the first one goes on', async () => {
  let token = 'first';
  const { received, reached, connection } = follow({
    headers: () => ({ authorization: token }),
    refresh: async () => {
      await quiet(2);
      token = 'second';
    },
    refreshOn: 'token-expiring',
  });
  await reached('open');
  server.publish('1');
  clock.advance(5_000);
  server.publish('in a minute', 'token-expiring');
  await until(() => received.length === 2);
  server.publish('2');
  await until(() => server.requests.length === 2 && server.streams.size === 1);
  server.publish('3');
  await until(() => received.length === 4);
  await quiet();
  expect(received).toEqual(['1', 'in a minute', '2', '3']);
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['first', 'second']);
  expect(connection.state).toMatchObject({ status: 'open', retries: 0, lastEventId: '4' });
});

test('a server that logs the user out ends the connection for good', async () => {
  const { received, reached, connection } = follow({ closeOn: 'force_logout' });
  await reached('open');
  server.publish('bye', 'force_logout');
  await reached('closed');
  expect([received, connection.state.closeReason]).toEqual([['bye'], 'ended']);
  await until(() => server.sockets.size === 0);
  clock.advance(1_000_000);
  await quiet();
  expect(server.requests).toHaveLength(1);
});

test('a hub that no longer has the last event says so, and onGap hears it', async () => {
  const gaps: unknown[] = [];
  const utf8 = (text: string) => Buffer.from(text).toString('latin1');
  server.answer((response, { headers }) => {
    const asked = headers['last-event-id'] === utf8('żółć');
    response.writeHead(200, { ...streamHead, 'last-event-id': asked ? utf8('żółć') : utf8('początek') });
    response.write('id: żółć\ndata: x\n\n');
  });
  const { connection, received, reached } = follow({
    lastEventId: 'forgotten',
    onGap: (gap) => gaps.push(gap),
  });
  await until(() => received.length === 1);
  expect(gaps).toEqual([{ reason: 'server', lastEventId: 'forgotten', resumedAfter: 'początek' }]);
  server.drop();
  await reached('backoff');
  clock.advance(30_000);
  await reached('open');
  expect([gaps.length, connection.state.lastEventId]).toEqual([1, 'żółć']);
});

test('events that were lost are no fault where nobody asks about them', async () => {
  const reports: unknown[] = [];
  server.answer((response) => {
    response.writeHead(200, { ...streamHead, 'last-event-id': '9' });
    response.write('data: x\n\n');
  });
  const { received } = follow({ lastEventId: '7', reportError: (error) => reports.push(error) });
  await until(() => received.length === 1);
  expect(reports).toEqual([]);
});

test('the header that carries the last event ID can have another name', async () => {
  const { reached } = follow({ lastEventId: '7', lastEventIdHeader: 'X-Cursor' });
  await reached('open');
  expect(server.requests[0]?.headers).toMatchObject({ 'x-cursor': '7' });
  expect(server.requests[0]?.headers).not.toHaveProperty('last-event-id');
});

test('a server that answers in a header of another name tells of a gap, and only of a real one', async () => {
  server.answer((response) => {
    response.writeHead(200, { ...streamHead, 'last-event-id': '9', 'mercure-last-event-id': 'earliest' });
    response.write('data: x\n\n');
  });
  const names = ['Mercure-Last-Event-ID', false] as const;
  const [told, untold] = names.map((resumedAfterHeader) => {
    const gaps: unknown[] = [];
    const { received } = follow({ lastEventId: '7', resumedAfterHeader, onGap: (gap) => gaps.push(gap) });
    return { gaps, received };
  });
  await until(() => told?.received.length === 1 && untold?.received.length === 1);
  expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual(['7', '7']);
  expect([told?.gaps, untold?.gaps]).toEqual([[expect.objectContaining({ resumedAfter: 'earliest' })], []]);
});

describe('a cursor that is kept', () => {
  /** The part of a Storage that is used. */
  function memory(entries: Record<string, string> = {}) {
    const kept = new Map(Object.entries(entries));
    return {
      kept,
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    };
  }

  test('is where the next page resumes: nothing lost, nothing twice', async () => {
    const storage = memory();
    const persist: Persistence = { storage, key: 'feed' };
    const before = follow({ persist });
    await before.reached('open');
    server.publish('one');
    server.publish('two');
    await until(() => before.received.length === 2);
    await before.connection[Symbol.asyncDispose]();
    expect(storage.kept).toEqual(new Map([['feed', '2']]));
    server.publish('three');
    const after = follow({ persist, lastEventId: '1' });
    await until(() => after.received.length === 1);
    expect(after.received).toEqual(['three']);
  });

  test('says what reached the app, not what came with it', async () => {
    const storage = memory();
    const { connection } = follow({ persist: { storage, key: 'feed' } });
    connection.on('*', ({ data }) => data === 'two' && connection.close());
    await until(() => server.streams.size === 1);
    server.write(['one', 'two', 'three'].map((data, at) => `id: ${at + 1}\ndata: ${data}\n\n`).join(''));
    await until(() => connection.state.status === 'closed');
    expect(storage.kept.get('feed')).toBe('2');
  });

  test('is forgotten when the server takes the ID back', async () => {
    const storage = memory({ feed: '9' });
    const { connection } = follow({ persist: { storage, key: 'feed' } });
    await until(() => server.streams.size === 1);
    server.write('id\ndata: x\n\n');
    await until(() => connection.state.lastEventId === '');
    expect(storage.kept.size).toBe(0);
  });

  test.each(['a\nb', 'a\u0000'])('is none when a header could not carry it: %j', async (id) => {
    const { reached } = follow({ persist: { storage: memory({ feed: id }), key: 'feed' }, lastEventId: '7' });
    await reached('open');
    expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual(['7']);
  });

  test.each<[string, unknown, ConnectionOptions?]>([
    ['longer than a header may be', 'x'.repeat(20_000)],
    ['longer than `maxFieldSize`', 'x'.repeat(9), { maxFieldSize: 8 }],
    ['a control character', 'a\nb'],
    ['a promise, as of an asynchronous storage', Promise.resolve('9')],
    ['a number', 9],
    ['an object', { id: '9' }],
  ])('is ignored and removed when it is no ID: %s', async (_, stored, options) => {
    const storage = { ...memory({ feed: 'x' }), getItem: () => stored as string };
    const { reached, received } = follow({ persist: { storage, key: 'feed' }, lastEventId: '0', ...options });
    expect(storage.kept.size).toBe(0);
    await reached('open');
    expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual(['0']);
    server.publish('one');
    await until(() => received.length === 1);
    expect(storage.kept).toEqual(new Map([['feed', '1']]));
  });

  test('may be as long as `maxFieldSize`', async () => {
    const id = 'x'.repeat(4_096);
    const storage = memory({ feed: id });
    const { reached } = follow({ persist: { storage, key: 'feed' } });
    await reached('open');
    expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual([id]);
    expect(storage.kept.get('feed')).toBe(id);
  });

  test('is not removed from the storage when there is none', async () => {
    const removed: string[] = [];
    const storage = { ...memory(), removeItem: (key: string) => void removed.push(key) };
    const { reached } = follow({ persist: { storage, key: 'feed' } });
    await reached('open');
    expect(removed).toEqual([]);
  });

  test('and a storage that is full or forbidden is reported, and costs the connection nothing', async () => {
    const full = () => {
      throw new Error('full');
    };
    const reports: unknown[] = [];
    const { received } = follow({
      persist: { storage: { getItem: full, setItem: full, removeItem: full }, key: 'feed' },
      reportError: (error) => reports.push(error),
    });
    await until(() => server.streams.size === 1);
    server.publish('one');
    await until(() => received.length === 1);
    expect(reports).toEqual([Error('full'), Error('full')]);
  });
});

test('comments are learned as keep-alives, pieces of a large event are not', async () => {
  const { connection, reached, received } = follow({ idleTimeout: 'auto' });
  const bytes = async (text: string) => {
    server.write(text);
    await quiet(5);
  };
  await reached('open');
  await bytes('data: a large');
  for (const piece of [' event', ' in', ' pieces']) {
    clock.advance(2_000);
    await bytes(piece);
  }
  await bytes('\n\n');
  await until(() => received.length === 1);
  clock.advance(120_000);
  expect(connection.state.status).toBe('open');
  for (let beat = 0; beat < 3; beat += 1) {
    clock.advance(15_000);
    await bytes(':\n\n');
  }
  clock.advance(44_999);
  expect(connection.state.status).toBe('open');
  clock.advance(1);
  expect(connection.state).toMatchObject({ status: 'backoff', error: { kind: 'idle' } });
});
