import { afterEach, expect, jest, test } from '@jest/globals';
import { createConnection } from 'sse-machine';
import { createScriptedTransport, createTestClock, createTestPage } from 'sse-machine/testing';

/** Tests what must hold in every environment of Jest. */
export function testTheKit() {
  afterEach(() => jest.useRealTimers());

  test('a connection is taken through its states without waiting', async () => {
    const clock = createTestClock({ random: 0.5 });
    const scripted = createScriptedTransport({ clock });
    const connection = createConnection('/events', {
      clock,
      transport: scripted.transport,
      headers: { 'X-Tab': '1' },
    });
    const received = [];
    connection.on('note', ({ data }) => received.push(data));
    await scripted.accept();
    await scripted.send({ event: 'note', data: { n: 1 } });
    expect(received).toEqual([{ n: 1 }]);
    await scripted.drop();
    expect(connection.state).toMatchObject({ status: 'backoff', retryAt: clock.now() + 500 });
    clock.advance(500);
    await scripted.refuse(503, { retryAfter: 2_000 });
    expect(connection.state.error).toMatchObject({ kind: 'http', status: 503, retryAfter: 2_000 });
    clock.advanceToNext();
    await scripted.accept();
    expect(scripted.requests.at(-1)).toMatchObject({ lastEventId: '1', headers: { 'x-tab': '1' } });
    connection.close();
    expect([scripted.openStreams, clock.pending]).toEqual([0, 0]);
  });

  test('the page and the network are played', async () => {
    const page = createTestPage();
    const scripted = createScriptedTransport();
    const connection = createConnection('/events', { transport: scripted.transport });
    await scripted.accept();
    page.goOffline();
    await scripted.drop();
    expect(connection.state).toMatchObject({ status: 'backoff', retries: 0 });
    page.goOnline();
    await scripted.accept();
    page.freeze();
    expect(connection.state.closeReason).toBe('paused');
    connection.close();
    page.restore();
    expect(globalThis.navigator?.onLine).not.toBe(false);
  });

  test('the verbs go on under the fake timers of Jest, and give up', async () => {
    jest.useFakeTimers();
    const clock = createTestClock();
    const scripted = createScriptedTransport({ clock, patience: 20 });
    const connection = createConnection('/events', { clock, transport: scripted.transport });
    await scripted.refuse(503);
    await expect(scripted.accept()).rejects.toThrow('advanced to its next retry');
    await clock.advanceAsync(1_000);
    await scripted.accept();
    await scripted.end();
    expect(connection.state.status).toBe('backoff');
    connection.close();
  });

  test('every entry can be imported', async () => {
    for (const entry of ['sse-machine', 'sse-machine/react', 'sse-machine/vue', 'sse-machine/testing']) {
      expect(Object.keys(await import(entry))).not.toHaveLength(0);
    }
  });
}
