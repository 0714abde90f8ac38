import { createConnection } from 'sse-machine';
import {
  createScriptedServer,
  createScriptedTransport,
  createTestClock,
  createTestPage,
} from 'sse-machine/testing';
import { expect, test } from 'vitest';

test('a connection is taken through its states without waiting', async () => {
  const clock = createTestClock();
  const scripted = createScriptedTransport({ clock });
  const connection = createConnection('/events', { clock, jitter: 'none', transport: scripted.transport });
  await scripted.accept();
  await scripted.send({ event: 'note', data: { n: 1 } });
  expect(connection.state).toMatchObject({ status: 'open', lastEventId: '1' });
  await scripted.drop();
  expect(connection.state).toMatchObject({ status: 'backoff', retryAt: clock.now() + 1_000 });
  await clock.advanceAsync(1_000);
  await scripted.refuse(204);
  expect(connection.state).toMatchObject({ status: 'closed', closeReason: 'ended' });
  expect([scripted.openStreams, scripted.waiting, clock.pending]).toEqual([0, 0, 0]);
});

test('the page that is there is played, and put back as it was', async () => {
  const own = () => [
    Object.keys(navigator),
    Object.keys(document),
    navigator.onLine,
    document.visibilityState,
  ];
  const before = own();
  {
    using page = createTestPage();
    const scripted = createScriptedTransport();
    const connection = createConnection('/events', {
      transport: scripted.transport,
      pauseWhenHidden: true,
    });
    await scripted.accept();
    page.goOffline();
    await scripted.drop();
    expect(connection.state).toMatchObject({ status: 'backoff', retries: 0 });
    page.goOnline();
    await scripted.accept();
    page.hide();
    expect([connection.state.closeReason, scripted.openStreams]).toEqual(['paused', 0]);
    page.show();
    await scripted.accept();
    page.freeze();
    expect(connection.state.closeReason).toBe('paused');
    page.resume();
    await scripted.accept();
    expect(connection.state.status).toBe('open');
    connection.close();
  }
  expect(own()).toEqual(before);
});

test('there is no server in a browser, which says what to do instead', async () => {
  await expect(createScriptedServer()).rejects.toThrow(/needs Node.*createScriptedTransport/);
});
