import { afterEach, beforeEach, expect, test } from 'vitest';
import { effectScope } from 'vue';
import { type RemoteSseServer, startRemoteSseServer } from '../../support/remote/remote-sse-server.ts';
import { until } from '../../support/until.ts';

// Real libraries, each through a deploy: the stream is cut, the server answers 500 twice, and is there again.

const native = globalThis.EventSource;
let server: RemoteSseServer;

beforeEach(async () => {
  server = await startRemoteSseServer();
});

afterEach(async () => {
  globalThis.EventSource = native;
  document.body.replaceChildren();
  await server.stop();
});

async function deploy(): Promise<void> {
  const before = (await server.look()).requests.length;
  const failing = { kind: 'status', code: 500 } as const;
  await server.answer(failing, failing, { kind: 'stream' });
  await server.drop();
  await streams(before + 3);
}

/** Until a stream is open that is the result of so many requests. */
async function streams(requests: number): Promise<void> {
  for (let now = await server.look(); now.streams !== 1 || now.requests.length < requests; ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    now = await server.look();
  }
}

const text = () => document.body.textContent?.trim().replaceAll(/\s+/g, ' ');

test('htmx and its extension', async () => {
  await import('../../../examples/event-source/htmx.ts');
  const { default: htmx } = await import('htmx.org');
  document.body.innerHTML = `<div hx-ext="sse" sse-connect="${server.url}"><p sse-swap="notification" hx-swap="beforeend"></p></div>`;
  const errors: unknown[] = [];
  document.body.addEventListener('htmx:sseError', (event) => errors.push(event));
  Reflect.get(htmx, 'process')(document.body); // its types are not those of its module
  await streams(1);
  await server.publish('<b>one</b>', 'notification');
  await until(() => text() === 'one');
  await deploy();
  await server.publish('<b>two</b>', 'notification');
  await until(() => text() === 'onetwo');
  expect(errors).toHaveLength(3);
  // The extension makes sources of its own when one is CLOSED: there was none, so nothing comes twice.
  expect((await server.look()).requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1', '1', '1']);
});

test.each([
  ['by its element, with the class in place of the global one', 'element'],
  ['by a source of our own', 'source'],
])('Turbo, %s', async (_, way) => {
  document.body.innerHTML = '<ul id="list"></ul>';
  if (way === 'element') {
    await import('@hotwired/turbo');
    await import('../../../examples/event-source/global.ts').then(({ install }) => install());
    document.body.insertAdjacentHTML(
      'beforeend',
      `<turbo-stream-source src="${server.url}"></turbo-stream-source>`,
    );
  } else {
    const { connect } = await import('../../../examples/event-source/turbo.ts');
    connect(server.url);
  }
  const append = (item: string) =>
    server.publish(
      `<turbo-stream action="append" target="list"><template><li>${item}</li></template></turbo-stream>`,
    );
  await streams(1);
  await append('one');
  await until(() => text() === 'one');
  await deploy();
  await append('two');
  await until(() => text() === 'onetwo');
});

test('useEventSource of VueUse', async () => {
  const { useNotifications } = await import('../../../examples/event-source/vueuse.ts');
  const scope = effectScope();
  const { data, status, lastEventId, error } = scope.run(() => useNotifications(server.url)) ?? fail();
  await until(() => status.value === 'OPEN');
  await streams(1);
  await server.publish('one', 'notification');
  await until(() => data.value === 'one');
  await server.publish('two', 'notification');
  await deploy();
  await server.publish('three', 'notification');
  await until(() => data.value === 'three');
  expect([status.value, lastEventId.value, error.value]).toEqual(['OPEN', '3', null]);
  scope.stop();
});

function fail(): never {
  throw new Error('There is no scope.');
}
