import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createConnection } from '../../index.ts';
import { createScriptedServer, createTestClock, type ScriptedServer } from '../../testing/index.ts';
import { until } from '../support/until.ts';

let server: ScriptedServer;

beforeEach(async () => {
  server = await createScriptedServer({ clock: { now: () => 7 } });
});

afterEach(() => server.close());

test('every request is recorded as the server saw it', async () => {
  const connection = createConnection(`${server.url}?room=1`, {
    method: 'POST',
    headers: { 'X-Tab': '1' },
    body: 'größer',
    lastEventId: 'ä',
  });
  await server.accept();
  expect(server.requests).toMatchObject([
    {
      at: 7,
      lastEventId: 'ä',
      method: 'POST',
      url: '/events?room=1',
      body: 'größer',
      headers: { 'x-tab': '1' },
    },
  ]);
  connection.close();
});

test('the last event ID may come as a query parameter', async () => {
  void server.accept();
  const response = await fetch(`${server.url}?lastEventId=1%202`);
  expect(server.requests[0]?.lastEventId).toBe('1 2');
  await response.body?.cancel();
});

test('what is sent in one call arrives in one chunk', async () => {
  void server.accept();
  const response = await fetch(server.url);
  const reader = response.body?.getReader();
  // Without a first byte, Firefox would not open the stream.
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(':\n\n');
  await server.send('a', { data: 'ü', event: 'note' }, { comment: 'ping' });
  const chunk = await reader?.read();
  expect(new TextDecoder().decode(chunk?.value)).toBe(
    'id: 1\ndata: a\n\nevent: note\nid: 2\ndata: ü\n\n: ping\n\n',
  );
  await reader?.cancel();
});

test('a page of another origin may send and see what it needs, and its question is no request', async () => {
  const question = await fetch(server.url, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://app.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,last-event-id',
    },
  });
  expect(Object.fromEntries(question.headers)).toMatchObject({
    'access-control-allow-origin': 'https://app.example',
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'PUT',
    'access-control-allow-headers': 'authorization,last-event-id',
  });
  expect([server.requests.length, server.waiting]).toEqual([0, 0]);
  void server.refuse(503);
  const answer = await fetch(server.url, { headers: { origin: 'https://app.example' } });
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'access-control-allow-origin': 'https://app.example',
    'access-control-expose-headers': 'Last-Event-ID, Retry-After, Date',
  });
});

describe('openSockets', () => {
  test('counts what a test has left open, and nothing that is over', async () => {
    const connection = createConnection(server.url, { clock: createTestClock() });
    await server.stall();
    expect(server.openSockets).toBe(1);
    connection.reconnect();
    await server.refuse(503);
    await until(() => server.openSockets === 0);
    connection.reconnect();
    await server.accept();
    expect(server.openSockets).toBe(1);
    connection.close();
    await until(() => server.openSockets === 0);
  });
});

describe('close', () => {
  test('is told to a verb that waits for a request, at once', async () => {
    const waits = expect(server.accept()).rejects.toThrow('closed before a request came for `accept()`');
    await server.close();
    await waits;
    await expect(server.drop()).rejects.toThrow('closed before a request came for `drop()`');
  });

  test('cuts what is open, frees the port, and may be called again', async () => {
    const clock = createTestClock();
    const connection = createConnection(server.url, { clock });
    await server.accept();
    await server.close();
    await until(() => connection.state.status === 'backoff');
    expect([server.openStreams, server.openSockets]).toEqual([0, 0]);
    await server.close();
    const { port } = new URL(server.url);
    await using next = await createScriptedServer({ port: Number(port) });
    clock.advance(1_000);
    await next.accept();
    await until(() => connection.state.status === 'open');
    connection.close();
  });
});

test('a port that is taken is told', async () => {
  const { port } = new URL(server.url);
  await expect(createScriptedServer({ port: Number(port) })).rejects.toThrow(/EADDRINUSE/);
});
