import { describe, expect, test } from 'vitest';
import { createEventSource, EventSource, type EventSourceClass } from '../../../event-source/index.ts';
import { acrossTabs } from '../../../tabs/index.ts';
import { startRemoteSseServer } from '../../support/remote/remote-sse-server.ts';
import { until } from '../../support/until.ts';

/** A frame of this origin that has the class, and an address of its own. */
async function openFrame(base: string) {
  const script = new URL('./frame.ts', import.meta.url);
  const isThere = new Promise((resolve) => addEventListener('message', resolve, { once: true }));
  const frame = document.createElement('iframe');
  frame.srcdoc = `<!doctype html><base href="${base}"><script type="module" src="${script}"></script>`;
  document.body.append(frame);
  await isThere;
  const realm = Object(frame.contentWindow);
  const Source: EventSourceClass = realm.OurEventSource;
  return { frame, Source, MessageEventOfFrame: realm.MessageEvent };
}

test('eventsource-constructor-url-multi-window: out of a frame, it starts from the address of the frame', async () => {
  const server = await startRemoteSseServer();
  const { frame, Source } = await openFrame(server.url);
  const source = new Source('events?from=frame');
  expect(source.url).toBe(`${server.url}?from=frame`);
  await until(() => source.readyState === source.OPEN);
  source.close();
  frame.remove();
  await server.stop();
});

test('eventsource-onmessage-realm: its events are made by the MessageEvent of the frame', async () => {
  const server = await startRemoteSseServer();
  const { frame, Source, MessageEventOfFrame } = await openFrame(server.url);
  const source = new Source(server.url);
  const message = new Promise<MessageEvent>((resolve) => {
    source.onmessage = resolve;
  });
  await until(() => source.readyState === source.OPEN);
  await server.publish('hello');
  expect((await message).constructor).toBe(MessageEventOfFrame);
  expect(MessageEventOfFrame).not.toBe(MessageEvent);
  source.close();
  frame.remove();
  await server.stop();
});

test('dedicated-worker/eventsource-close2: after close() of the worker it can be made, and is CONNECTING', async () => {
  const server = await startRemoteSseServer();
  const worker = new Worker(new URL('./closing-worker.ts', import.meta.url), { type: 'module' });
  const state = new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
  });
  worker.postMessage(server.url);
  expect(await state).toBe(0);
  await server.stop();
});

test('two sources have one stream across tabs', async () => {
  const server = await startRemoteSseServer();
  const Source = createEventSource({ transport: acrossTabs({ scope: 'ada' }) });
  const heard: string[] = [];
  const sources = ['a', 'b'].map((name) => {
    const source = new Source(server.url);
    source.onmessage = ({ data }) => heard.push(name + data);
    return source;
  });
  await until(() => sources.every(({ readyState }) => readyState === 1));
  await server.publish('1');
  await until(() => heard.length === 2);
  expect((await server.look()).requests).toHaveLength(1);
  for (const source of sources) source.close();
  await server.stop();
});

describe('a request that CORS may have refused, or the network', () => {
  test('is made again when the server is back by then', async () => {
    const server = await startRemoteSseServer();
    await server.answer({ kind: 'cut' }, { kind: 'status', code: 404 }, { kind: 'stream' });
    const source = new EventSource(server.url);
    const errors: unknown[] = [];
    source.onerror = (event) => errors.push(event);
    await until(() => source.readyState === source.OPEN);
    expect(errors).toEqual([]);
    expect((await server.look()).requests.map(({ method }) => method)).toEqual(['GET', 'HEAD', 'GET']);
    source.close();
    await server.stop();
  });

  test('is not asked after where somebody else makes the requests', async () => {
    const server = await startRemoteSseServer();
    const source = new EventSource(server.url, { fetch: () => Promise.reject(new TypeError('lost')) });
    await new Promise((resolve) => {
      source.onerror = resolve;
    });
    expect([source.readyState, (await server.look()).requests]).toEqual([source.CONNECTING, []]);
    source.close();
    await server.stop();
  });
});

test('a closed source leaves no socket', async () => {
  const server = await startRemoteSseServer();
  const Source = createEventSource();
  const source = new Source(server.url);
  await until(() => source.readyState === source.OPEN);
  source.close();
  while ((await server.look()).streams > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect((await server.look()).requests).toHaveLength(1);
  await server.stop();
});
