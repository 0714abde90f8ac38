import { afterEach, describe, expect, test } from 'vitest';
import { type ConnectionOptions, createConnection } from '../../index.ts';
import {
  createScriptedTransport,
  createTestClock,
  createTestPage,
  type TestPage,
} from '../../testing/index.ts';

const names = ['addEventListener', 'removeEventListener', 'dispatchEvent', 'document', 'navigator'] as const;

let page: TestPage;
const descriptors = () => [
  ...names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name)),
  Object.getOwnPropertyDescriptor(navigator, 'onLine'),
];
const before = descriptors();

/** A connection that is open, with a page around it. */
async function open(options: ConnectionOptions = {}) {
  page = createTestPage();
  const clock = createTestClock();
  const scripted = createScriptedTransport({ clock });
  const connection = createConnection('/events', {
    ...{ clock, jitter: 'none', transport: scripted.transport },
    ...options,
  });
  await scripted.accept();
  return { clock, scripted, connection };
}

afterEach(() => {
  page.restore();
  expect(descriptors()).toEqual(before);
});

test('a connection waits while there seems to be no network, tries now and then, and again when there is', async () => {
  const { clock, scripted, connection } = await open();
  page.goOffline();
  expect(navigator.onLine).toBe(false);
  await scripted.drop();
  expect(connection.state).toMatchObject({ status: 'backoff', retries: 0, retryAt: clock.now() + 30_000 });
  clock.advance(30_000);
  await scripted.drop();
  expect([scripted.requests.length, connection.state.retries]).toEqual([2, 0]);
  page.goOnline();
  expect(navigator.onLine).toBe(true);
  await scripted.accept();
  expect(connection.state.status).toBe('open');
  connection.close();
});

test('a connection that is offline from the start says so', async () => {
  page = createTestPage();
  page.goOffline();
  const scripted = createScriptedTransport();
  const connection = createConnection('/events', { transport: scripted.transport });
  await scripted.drop();
  expect(connection.state).toMatchObject({ status: 'backoff', retries: 0 });
  connection.close();
});

test('a connection that pauses when it is hidden goes on when it is shown', async () => {
  const { scripted, connection } = await open({ pauseWhenHidden: true });
  await scripted.send('1');
  page.hide();
  expect([document.visibilityState, document.hidden]).toEqual(['hidden', true]);
  expect(connection.state).toMatchObject({ status: 'closed', closeReason: 'paused' });
  expect(scripted.openStreams).toBe(0);
  page.show();
  expect([document.visibilityState, document.hidden]).toEqual(['visible', false]);
  await scripted.accept();
  expect(scripted.requests.at(-1)?.lastEventId).toBe('1');
  connection.close();
});

test('a connection is closed while the page is frozen', async () => {
  const { scripted, connection } = await open();
  page.freeze();
  expect(connection.state).toMatchObject({ status: 'closed', closeReason: 'paused' });
  page.resume();
  await scripted.accept();
  expect(connection.state.status).toBe('open');
  connection.close();
});

test('listeners of the app hear what they would hear in a browser', () => {
  page = createTestPage();
  const heard: string[] = [];
  const listen = (target: Pick<EventTarget, 'addEventListener'>, where: string, ...types: string[]) => {
    for (const type of types) target.addEventListener(type, () => void heard.push(`${where} ${type}`));
  };
  listen(globalThis, 'window', 'online', 'offline', 'visibilitychange', 'pagehide', 'pageshow');
  listen(document, 'document', 'visibilitychange', 'freeze', 'resume');
  for (const verb of ['goOffline', 'goOnline', 'hide', 'show', 'freeze', 'resume'] as const) page[verb]();
  expect(heard).toEqual([
    'window offline',
    'window online',
    'document visibilitychange',
    'window visibilitychange',
    'document visibilitychange',
    'window visibilitychange',
    'window pagehide',
    'document freeze',
    'document resume',
    'window pageshow',
  ]);
});

describe('restore', () => {
  test('may be called twice, and is called when the page is disposed of', () => {
    {
      using inner = createTestPage();
      page = inner;
      page.goOffline();
    }
    expect(descriptors()).toEqual(before);
    page.restore();
  });

  test('goes back one page at a time', () => {
    page = createTestPage();
    page.goOffline();
    const inner = createTestPage();
    expect(navigator.onLine).toBe(true);
    inner.restore();
    expect(navigator.onLine).toBe(false);
  });
});
