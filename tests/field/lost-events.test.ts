import { beforeEach, describe, expect, test } from 'vitest';
import type { ConnectionOptions, Gap } from '../../index.ts';
import { type Answer, body, status, stream } from '../support/sse-server.ts';
import { clock, connect, dataOf, listen, reached, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';

let stored: Map<string, string>;
let gaps: Gap[];
let told: ConnectionOptions;

beforeEach(() => {
  stored = new Map();
  gaps = [];
  const storage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
  };
  told = { onGap: (gap) => gaps.push(gap), persist: { storage, key: 'cursor' } };
});

const idsAsked = () => server.requests.map(({ lastEventId }) => lastEventId);

describe('a stored ID that the server no longer knows', () => {
  /** Knows no ID but those that it has given since it started. */
  const forgetful: Answer = (_, request) =>
    request.headers['last-event-id'] === 'old' ? status(410) : stream;

  test('is forgotten after 410, with a gap, and the stream opens; the storage is clean', async () => {
    stored.set('cursor', 'old');
    server.answer(forgetful);
    const { connection, received } = listen(told);
    await reached(connection, 'open');
    expect(gaps).toEqual([{ reason: 'forgotten', lastEventId: 'old' }]);
    expect([...stored]).toEqual([]);
    expect(idsAsked()).toEqual(['old', '']);
    server.publish('1');
    await until(() => received.length === 1);
    expect(stored.get('cursor')).toBe('1');
    expect(connection.state).toMatchObject({ retries: 0, error: null, lastEventId: '1' });
  });

  test('is followed by a request at once, and a second 410 fails', async () => {
    stored.set('cursor', 'old');
    server.answer(status(410));
    const { connection } = listen(told);
    await reached(connection, 'failed');
    expect(connection.state.error).toMatchObject({ kind: 'http', status: 410 });
    expect(idsAsked()).toEqual(['old', '']);
    expect([...stored]).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('is forgotten by `reconnect({ lastEventId: "" })` where the server answers 400 to it', async () => {
    stored.set('cursor', 'poison');
    server.answer((_, request) => (request.headers['last-event-id'] === 'poison' ? status(400) : stream));
    const { connection } = listen(told);
    await reached(connection, 'failed');
    connection.reconnect({ lastEventId: '' });
    await reached(connection, 'open');
    expect(idsAsked()).toEqual(['poison', '']);
    expect([...stored]).toEqual([]);
  });

  test('is forgotten while the page is open, too, and the messages after it are not taken for a replay', async () => {
    const day = (n: number) => `id: ${n}\ndata: ${n}\n\n`;
    server.answer(body(day(1), day(2)), status(410), body(day(1), day(2)), stream);
    const { connection, received } = listen(told);
    await reached(connection, 'backoff');
    clock.advance(1_000);
    await until(() => received.length === 4);
    expect(dataOf(received)).toEqual([1, 2, 1, 2]);
    expect(gaps).toEqual([{ reason: 'forgotten', lastEventId: '2' }]);
    expect(idsAsked()).toEqual(['', '2', '']);
  });
});

describe('an ID belongs to its resource', () => {
  /** A stream for each room, with a log of its own. */
  const rooms: Answer = (response, { url = '' }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const room = url.split('?')[0]?.split('/').at(-1);
    response.write(`id: 1\ndata: ${room} 1\n\nid: 2\ndata: ${room} 2\n\n`);
  };

  const asked = () => server.requests.map(({ url, lastEventId }) => `${url} ${lastEventId}`.trim());

  test('in another room the stream begins at its start, with a gap', async () => {
    let room = 'attic';
    server.answer(rooms);
    const connection = connect(told, () => new URL(`/api/${room}`, server.url));
    const received: unknown[] = [];
    connection.on('*', ({ data }) => received.push(data));
    await until(() => received.length === 2);
    room = 'cellar';
    connection.reconnect();
    await until(() => received.length === 4);
    expect(received).toEqual(['attic 1', 'attic 2', 'cellar 1', 'cellar 2']);
    expect(asked()).toEqual(['/api/attic', '/api/cellar']);
    expect(gaps).toEqual([{ reason: 'forgotten', lastEventId: '2' }]);
    await until(() => server.sockets.size === 1);
  });

  test('in the same room with another query it is the same stream', async () => {
    let token = 1;
    server.answer(body('id: 1\ndata: x\n\n'), stream);
    const connection = connect({ ...told, jitter: 'none' }, () => `${server.url}?token=${token++}`);
    await reached(connection, 'backoff');
    clock.advance(1_000);
    await reached(connection, 'open');
    expect(asked()).toEqual(['/events?token=1', '/events?token=2 1']);
    expect(gaps).toEqual([]);
  });

  test('to and fro between two rooms, each time from the start', async () => {
    let room = 'attic';
    server.answer(rooms);
    const connection = connect(told, () => new URL(`/api/${room}`, server.url));
    const received: unknown[] = [];
    connection.on('*', ({ data }) => received.push(data));
    for (const [index, next] of ['cellar', 'attic', 'cellar'].entries()) {
      await until(() => received.length === 2 * (index + 1));
      room = next;
      connection.reconnect();
    }
    await until(() => received.length === 8);
    expect(asked()).toEqual(['/api/attic', '/api/cellar', '/api/attic', '/api/cellar']);
    expect(gaps.map(({ reason }) => reason)).toEqual(Array(3).fill('forgotten'));
  });

  test('a room that changes during an outage is asked for without the ID of the other', async () => {
    let room = 'attic';
    server.answer(rooms);
    const connection = connect({ ...told, jitter: 'none' }, () => new URL(`/api/${room}`, server.url));
    const received: unknown[] = [];
    connection.on('*', ({ data }) => received.push(data));
    await until(() => received.length === 2);
    server.drop();
    await reached(connection, 'backoff');
    room = 'cellar';
    clock.advance(1_000);
    await until(() => received.length === 4);
    expect(received.slice(2)).toEqual(['cellar 1', 'cellar 2']);
    expect(asked()).toEqual(['/api/attic', '/api/cellar']);
    expect(gaps).toEqual([{ reason: 'forgotten', lastEventId: '2' }]);
  });
});

describe('where there are no IDs, the app hears that events may be missing', () => {
  test('after a drop, once the stream is open again', async () => {
    const { connection, received } = listen(told);
    await reached(connection, 'open');
    server.write('data: before\n\n');
    await until(() => received.length === 1);
    server.drop();
    await reached(connection, 'backoff');
    expect(gaps).toEqual([]);
    server.write('data: meanwhile\n\n');
    clock.advance(1_000);
    await reached(connection, 'open');
    expect(gaps).toEqual([{ reason: 'no-ids', lastEventId: '' }]);
    await until(() => server.streams.size === 1);
    server.write('data: after\n\n');
    await until(() => received.length === 2);
    expect(dataOf(received)).toEqual(['before', 'after']);
  });

  test.each([
    ['reconnect()', (connection: ReturnType<typeof connect>) => connection.reconnect()],
    [
      'close() and open()',
      (connection: ReturnType<typeof connect>) => [connection.close(), connection.open()],
    ],
    [
      'suspend() and resume()',
      (connection: ReturnType<typeof connect>) => [connection.suspend(), connection.resume()],
    ],
  ])('after %s', async (_, interrupt) => {
    const { connection, received } = listen(told);
    await reached(connection, 'open');
    server.write('data: before\n\n');
    await until(() => received.length === 1);
    interrupt(connection);
    await until(() => server.requests.length === 2);
    await reached(connection, 'open');
    expect(gaps).toEqual([{ reason: 'no-ids', lastEventId: '' }]);
  });

  test('once for each interruption, and not for a stream that was never open', async () => {
    server.answer(status(503), stream);
    const { connection } = listen(told);
    await reached(connection, 'backoff');
    clock.advance(1_000);
    await reached(connection, 'open');
    expect(gaps).toEqual([]);
    server.answer(status(503), status(503), stream);
    server.drop();
    for (const wait of [2_000, 4_000, 8_000]) {
      await reached(connection, 'backoff');
      clock.advance(wait);
      await until(() => connection.state.status !== 'connecting');
    }
    await reached(connection, 'open');
    expect(gaps).toEqual([{ reason: 'no-ids', lastEventId: '' }]);
  });

  test('and not where an ID came, if only at last', async () => {
    const { connection, received } = listen(told);
    await reached(connection, 'open');
    server.write('data: before\n\nid: 7\n\n');
    await until(() => received.length === 1 && connection.state.lastEventId === '7');
    server.drop();
    await reached(connection, 'backoff');
    clock.advance(1_000);
    await reached(connection, 'open');
    await quiet();
    expect(gaps).toEqual([]);
    expect(idsAsked()).toEqual(['', '7']);
  });
});

describe('a server that says after which ID it resumes', () => {
  /** Sends an event with an ID, and says, as Mercure does, after which one it resumes. */
  const saying =
    (id: string, resumed: (asked: string) => string): Answer =>
    (response, request) => {
      const asked = request.headers['last-event-id'];
      if (asked !== undefined) response.setHeader('Last-Event-ID', resumed(String(asked)));
      body(`id: ${id}\ndata: x\n\n`)(response, request);
    };

  test.each(['7 ', ' 7', '7'])(
    'has left nothing out after the ID "%s", whose spaces no header keeps',
    async (id) => {
      server.answer(
        saying(id, (asked) => asked),
        saying(id, (asked) => asked),
        stream,
      );
      const { connection } = listen(told);
      await reached(connection, 'backoff');
      expect(connection.state.lastEventId).toBe(id);
      clock.advanceToNext();
      await until(() => server.requests.length === 2);
      await reached(connection, 'backoff');
      expect([idsAsked(), gaps]).toEqual([['', id.trim()], []]);
    },
  );

  test('has a gap if it begins with the earliest it has', async () => {
    server.answer(saying('7', () => 'earliest'));
    const { connection } = listen(told);
    await reached(connection, 'backoff');
    clock.advanceToNext();
    await until(() => gaps.length === 1, 'the gap');
    expect(gaps).toEqual([{ reason: 'server', lastEventId: '7', resumedAfter: 'earliest' }]);
    await reached(connection, 'backoff');
  });
});
