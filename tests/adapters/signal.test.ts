import { getEventListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import {
  type ConnectionOptions,
  type ConnectionStatus,
  createComponentConnection,
  createConnection,
  type Transport,
} from '../../index.ts';
import { status } from '../support/sse-server.ts';
import { clock, connect, listen, reached, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';

const listenersOn = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

/** The signal of React Native: no `reason`, no `throwIfAborted`, no `onabort`. */
function createPoorController() {
  const target = new EventTarget();
  const signal = {
    aborted: false,
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
  };
  function abort(): void {
    signal.aborted = true;
    target.dispatchEvent(new Event('abort'));
  }
  return { signal: signal as unknown as AbortSignal, abort };
}

describe('a signal that aborts', () => {
  test('closes an open connection as close() does: no error, no socket, an end of the loop', async () => {
    const controller = new AbortController();
    const { connection, received } = listen({ signal: controller.signal });
    const statuses: ConnectionStatus[] = [];
    connection.subscribe(({ status }) => statuses.push(status));
    const looped = (async () => {
      const seen: unknown[] = [];
      for await (const { data } of connection) seen.push(data);
      return seen;
    })();
    await reached(connection, 'open');
    server.publish('one');
    await until(() => received.length === 1);
    controller.abort(new Error('a reason that nobody has to know'));
    expect(connection.state).toMatchObject({ status: 'closed', closeReason: 'app', error: null });
    expect(await looped).toEqual(['one']);
    await until(() => server.sockets.size === 0);
    expect(statuses).toEqual(['connecting', 'open', 'open', 'closed']);
    expect([listenersOn(controller.signal), clock.pending]).toEqual([0, 0]);
  });

  test.each<[string, ConnectionOptions, ConnectionStatus]>([
    ['while it connects', {}, 'connecting'],
    ['while it waits', { jitter: 'none' }, 'backoff'],
    ['after its budget is spent', { maxRetries: 0 }, 'failed'],
    ['before it was opened', { immediate: false }, 'closed'],
  ])('%s closes it', async (_, options, wanted) => {
    server.answer(status(500));
    const controller = new AbortController();
    const connection = connect({ signal: controller.signal, ...options });
    await reached(connection, wanted);
    const looped = connection[Symbol.asyncIterator]().next();
    looped.catch(() => {}); // of a connection that has failed
    controller.abort();
    expect(connection.state).toMatchObject({ status: 'closed', closeReason: 'app' });
    expect([listenersOn(controller.signal), clock.pending]).toEqual([0, 0]);
    if (wanted !== 'failed') expect(await looped).toEqual({ done: true, value: undefined });
  });

  test('in the middle of a batch keeps the rest of it from the listeners, and the ID at what was delivered', async () => {
    const controller = new AbortController();
    const { connection, received } = listen({ signal: controller.signal });
    connection.on('*', () => controller.abort());
    await reached(connection, 'open');
    server.write('id: 1\ndata: one\n\nid: 2\ndata: two\n\n');
    await until(() => connection.state.status === 'closed');
    expect([received.length, connection.state.lastEventId]).toEqual([1, '1']);
  });

  test('leaves no way to open it again', async () => {
    const controller = new AbortController();
    const connection = connect({ signal: controller.signal });
    await reached(connection, 'open');
    controller.abort();
    const told = vi.fn();
    connection.subscribe(told);
    connection.open();
    connection.reconnect();
    connection.reconnect({ lastEventId: '7' });
    connection.resume();
    expect(told).toHaveBeenCalledOnce();
    for (const type of ['open', 'reconnect', 'move'] as const) connection.actor.send({ type });
    await quiet();
    expect(connection.state).toMatchObject({ status: 'closed', closeReason: 'app', error: null });
    expect([server.requests.length, listenersOn(controller.signal)]).toEqual([1, 0]);
  });

  test('while it is suspended keeps it from being resumed', async () => {
    const controller = new AbortController();
    const connection = connect({ signal: controller.signal });
    await reached(connection, 'open');
    connection.suspend();
    expect(listenersOn(controller.signal)).toBe(0);
    controller.abort();
    connection.resume();
    await quiet();
    expect([connection.state.status, server.requests.length]).toEqual(['closed', 1]);
  });

  test('closes one that was closed and opened again', async () => {
    const controller = new AbortController();
    const connection = connect({ signal: controller.signal });
    await reached(connection, 'open');
    connection.close();
    expect(listenersOn(controller.signal)).toBe(0);
    connection.open();
    await reached(connection, 'open');
    expect(listenersOn(controller.signal)).toBe(1);
    controller.abort();
    expect([connection.state.status, listenersOn(controller.signal)]).toEqual(['closed', 0]);
  });

  test('after a refusal leaves the error to be read', async () => {
    server.answer(status(403));
    const controller = new AbortController();
    const connection = connect({ signal: controller.signal });
    await reached(connection, 'failed');
    expect(listenersOn(controller.signal)).toBe(0);
    controller.abort();
    expect(connection.state).toMatchObject({ status: 'failed', error: { kind: 'forbidden' } });
    connection.open();
    await quiet();
    expect([connection.state.status, server.requests.length]).toEqual(['closed', 1]);
  });
});

describe('a signal that has aborted already', () => {
  test.each([true, false])('sends nothing, immediate: %s', async (immediate) => {
    const connection = connect({ signal: AbortSignal.abort(), immediate });
    expect(connection.state).toMatchObject({ status: 'closed', closeReason: 'app', error: null });
    connection.open();
    connection.reconnect();
    for await (const _ of connection) expect.unreachable();
    await quiet();
    expect([server.requests.length, clock.pending]).toEqual([0, 0]);
  });

  test('does not ask a transport of your own either', () => {
    const transport = vi.fn<Transport>();
    const connection = connect({ signal: AbortSignal.abort(), transport: () => transport });
    connection.open();
    connection.actor.send({ type: 'reconnect' });
    expect(transport).not.toHaveBeenCalled();
  });
});

test('a signal that outlives a thousand connections keeps none of them', async () => {
  const { signal } = new AbortController();
  const warned = vi.spyOn(process, 'emitWarning');
  const all = Array.from({ length: 1_000 }, () => createConnection(server.url, { clock, signal }));
  expect(listenersOn(signal)).toBe(1_000);
  for (const [index, connection] of all.entries()) {
    if (index % 2) connection.close();
    else await connection[Symbol.asyncDispose]();
  }
  expect([listenersOn(signal), warned.mock.calls]).toEqual([0, []]);
  warned.mockRestore();
});

test('after the server has ended it, the signal has no listener', async () => {
  server.answer(status(204));
  const { signal } = new AbortController();
  const connection = connect({ signal });
  await reached(connection, 'closed');
  expect([connection.state.closeReason, listenersOn(signal)]).toEqual(['ended', 0]);
});

test('a combined signal and one of a timeout', async () => {
  const controller = new AbortController();
  const combined = connect({ signal: AbortSignal.any([controller.signal, AbortSignal.timeout(60_000)]) });
  const timed = connect({ signal: AbortSignal.timeout(1) });
  await until(() => timed.state.status === 'closed');
  await reached(combined, 'open');
  controller.abort();
  expect([combined.state.status, combined.state.error, timed.state.error]).toEqual(['closed', null, null]);
});

test('the signal of a poor runtime', async () => {
  const controller = createPoorController();
  const connection = connect({ signal: controller.signal });
  await reached(connection, 'open');
  controller.abort();
  expect(connection.state).toMatchObject({ status: 'closed', error: null });
  const late = connect({ signal: controller.signal });
  await quiet();
  expect([late.state.status, server.requests.length]).toEqual(['closed', 1]);
});

describe('in a component', () => {
  test('nothing keeps a connection that a render has made and discarded', () => {
    const { signal } = new AbortController();
    for (let render = 0; render < 10; render += 1)
      createComponentConnection().storeFor(server.url, { signal, clock });
    expect(listenersOn(signal)).toBe(0);
  });

  test('the signal is listened to between enter and leave', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const component = createComponentConnection();
    const store = component.storeFor(server.url, { signal, clock });
    for (let time = 0; time < 3; time += 1) {
      component.enter(store, server.url);
      expect(listenersOn(signal)).toBe(1);
      component.leave();
      expect(listenersOn(signal)).toBe(0);
    }
    component.enter(store, server.url);
    await until(() => store.get().status === 'open');
    controller.abort();
    expect(store.get()).toMatchObject({ status: 'closed', closeReason: 'app', error: null });
    component.leave();
    component.enter(store, `${server.url}?moved`);
    component.commandsOf(store).open();
    await quiet();
    expect([store.get().status, server.requests.length]).toEqual(['closed', 1]);
  });

  test.each([401, 204])('another query after a %i and an abort sends nothing', async (code) => {
    server.answer(status(code));
    const controller = new AbortController();
    const component = createComponentConnection();
    const store = component.storeFor(server.url, { signal: controller.signal, clock });
    component.enter(store, server.url);
    await until(() => ['failed', 'closed'].includes(store.get().status));
    controller.abort();
    component.enter(store, `${server.url}?moved`);
    await quiet();
    expect([store.get().status, server.requests.length]).toEqual(['closed', 1]);
    component.leave();
  });

  test('one that has aborted before the component is there shows as closed from the start', async () => {
    const controller = new AbortController();
    const component = createComponentConnection();
    const early = component.storeFor(server.url, { signal: AbortSignal.abort(), clock });
    expect(early.get().status).toBe('closed');
    const store = component.storeFor(server.url, { signal: controller.signal, clock });
    expect(store.get().status).toBe('connecting');
    controller.abort();
    component.enter(store, server.url);
    await quiet();
    expect([store.get().status, server.requests.length]).toEqual(['closed', 0]);
  });
});
