import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EventSource, type EventSourceErrorEvent } from '../../event-source/index.ts';
import { createTestPage } from '../../testing/index.ts';
import { body, type SseServer, startSseServer, status, stream } from '../support/sse-server.ts';
import { until } from '../support/until.ts';

let server: SseServer;
let source: EventSource;
const { setTimeout: realTimeout } = globalThis;

beforeEach(async () => {
  server = await startSseServer();
});

afterEach(async () => {
  source.close();
  vi.useRealTimers();
  await server[Symbol.asyncDispose]();
});

/** Stops the clock that connections read; sockets and tasks go on. */
function stopTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
}

/** Waits in real time. */
async function seen(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => realTimeout(resolve, 1));
}

test('it comes back every three seconds, for as long as it takes', async () => {
  stopTime();
  server.answer((response) => response.destroy());
  source = new EventSource(server.url);
  const errors: number[] = [];
  source.onerror = () => errors.push(source.readyState);
  for (let attempt = 1; attempt <= 30; attempt += 1) {
    await seen(() => errors.length === attempt);
    vi.advanceTimersByTime(2_999);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1);
    await seen(() => server.requests.length === attempt + 1);
  }
  expect(new Set(errors)).toEqual(new Set([source.CONNECTING]));
});

test.each([0, 20, 2_000, 86_400_000])('after exactly the %i ms that the stream asked for', async (retry) => {
  stopTime();
  server.answer(body(`retry: ${retry}\n\n`), stream);
  source = new EventSource(server.url);
  await seen(() => vi.getTimerCount() === 1);
  if (retry > 0) vi.advanceTimersByTime(retry - 1);
  expect([vi.getTimerCount(), server.requests.length]).toEqual([1, 1]);
  vi.advanceTimersByTime(1);
  await seen(() => source.readyState === source.OPEN && server.requests.length === 2);
});

test('offline it looks once in at most three seconds whether that is true', async () => {
  using page = createTestPage();
  stopTime();
  page.goOffline();
  server.answer((response) => response.destroy());
  source = new EventSource(server.url);
  await seen(() => vi.getTimerCount() === 1);
  vi.advanceTimersByTime(3_000);
  await seen(() => server.requests.length === 2);
});

test('no answer is waited for without end', async () => {
  stopTime();
  server.answer(() => {});
  source = new EventSource(server.url);
  await seen(() => server.requests.length === 1);
  vi.advanceTimersByTime(86_400_000);
  expect([source.readyState, vi.getTimerCount()]).toEqual([source.CONNECTING, 0]);
});

test.each([401, 403, 408, 410, 425, 429, 500, 502, 503, 504])('%i closes it, and says so', async (code) => {
  server.answer(body('retry: 1\nid: 7\ndata: x\n\n'), status(code, { 'retry-after': '1' }));
  source = new EventSource(server.url);
  let last: Event | undefined;
  source.onerror = (event) => {
    last = event;
  };
  await until(() => source.readyState === source.CLOSED);
  const { error, message, code: given } = last as EventSourceErrorEvent;
  expect([error?.status, given, message]).toEqual([code, code, error?.message]);
  expect(server.requests).toHaveLength(2);
});

test('what a new stream repeats is delivered again', async () => {
  server.answer(body('retry: 1\nid: 1\ndata: a\n\n'), body('id: 1\ndata: a\n\n'), stream);
  source = new EventSource(server.url);
  const heard: string[] = [];
  source.onmessage = ({ data, lastEventId }) => heard.push(`${data} ${lastEventId}`);
  await until(() => server.requests.length === 3);
  expect(heard).toEqual(['a 1', 'a 1']);
});

test('an event, an ID and a name may be of any length', async () => {
  const long = 'x'.repeat(100_000);
  const huge = 'x'.repeat(17_000_000);
  server.answer(body(`id: ${long}\nevent: ${long}\ndata: `, huge, '\n\n'));
  source = new EventSource(server.url);
  const { data, lastEventId } = await new Promise<MessageEvent>((resolve) =>
    source.addEventListener(long, resolve),
  );
  expect([data === huge, lastEventId === long]).toEqual([true, true]);
});

test('a `fetch` of its own makes the requests, as with the package `eventsource`', async () => {
  const fetch: typeof globalThis.fetch = (url, init) => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', 'token');
    return globalThis.fetch(url, { ...init, headers });
  };
  source = new EventSource(server.url, { fetch });
  await until(() => source.readyState === source.OPEN);
  expect(server.requests[0]?.headers).toMatchObject({ authorization: 'token', accept: 'text/event-stream' });
});
