import { http } from 'msw';
import { setupWorker } from 'msw/browser';
import { createConnection } from 'sse-machine';
import { createScriptedResolver } from 'sse-machine/testing';
import { expect, onTestFinished, test } from 'vitest';
import { engine } from '../support/browsers/engine.ts';
import { quiet, until } from '../support/until.ts';

// MSW hands the body of a mocked answer to its service worker. Where a stream cannot be transferred, it reads the body
// to its end first.

const canTransfer = engine !== 'webkit';

test('a stream can be transferred; not in WebKit', () => {
  const stream = new ReadableStream();
  const transfer = () => new MessageChannel().port1.postMessage(stream, [stream]);
  if (canTransfer) expect(transfer).not.toThrow();
  else expect(transfer).toThrow(expect.objectContaining({ name: 'DataCloneError' }));
});

test('a mocked stream flows; in WebKit it comes as a whole when it has ended', async () => {
  const scripted = createScriptedResolver();
  const worker = setupWorker(http.get('/mocked/whole', scripted.resolver));
  await worker.start({ quiet: true, onUnhandledFrame: 'bypass' });
  onTestFinished(async () => {
    worker.stop();
    // `stop` leaves the service worker where it is, and WebKit sends no preflight for what one lets pass: not even in
    // the tests that come after.
    if (engine === 'webkit') await (await navigator.serviceWorker.getRegistration())?.unregister();
  });
  const received: unknown[] = [];
  const connection = createConnection('/mocked/whole', { maxRetries: 0 });
  onTestFinished(() => connection.close());
  connection.on('message', ({ data }) => received.push(data));

  await scripted.accept();
  await scripted.send('a');
  if (canTransfer) await until(() => received.length === 1);
  else await quiet(200);
  expect(connection.state.status).toBe(canTransfer ? 'open' : 'connecting');

  await scripted.end();
  await until(() => connection.state.status === 'failed');
  expect(received).toEqual(['a']);
});
