import { expect, test } from 'vitest';
import { body, stall, stream } from '../support/sse-server.ts';
import { clock, connect, listen, reached, server } from '../support/stepped-connection.ts';
import { until } from '../support/until.ts';

// A server that takes the request and sends no headers: most have accepted the stream and flush nothing before the
// first event, or a proxy holds it back, or the browser has no socket left.

const limit = 'The limit `connectTimeout` of 60000 was exceeded.';

test('are a timeout that names what holds them, and what to do', async () => {
  server.answer(stall, stream);
  const { connection } = listen();
  await until(() => server.requests.length === 1);
  clock.advance(60_000);
  await reached(connection, 'backoff');
  const { error } = connection.state;
  expect(error).toMatchObject({ kind: 'timeout', message: expect.stringContaining(limit) });
  for (const word of [
    'flush',
    '`X-Accel-Buffering: no`',
    '`proxy_buffering off`',
    'six HTTP/1.1',
    'HTTP/2',
  ]) {
    expect(error?.message).toContain(word);
  }
  clock.advance(1_000);
  await reached(connection, 'open');
  expect(connection.state.error).toBeNull();
});

test('and one that gives up says so too', async () => {
  server.answer(stall);
  const { connection } = listen({ maxRetries: 0 });
  await until(() => server.requests.length === 1);
  clock.advance(60_000);
  await reached(connection, 'failed');
  expect(connection.state.error).toMatchObject({
    kind: 'exhausted',
    message: expect.stringMatching(/^Gave up after 0 retries\. The limit .* does not flush its headers/),
  });
});

test('are not the cause where no request was sent: a `refresh` hangs', async () => {
  server.answer((response) => response.writeHead(401).end());
  const connection = connect({ refresh: () => new Promise(() => {}) });
  await until(() => server.requests.length === 1 && clock.pending > 0);
  await until(() => connection.actor.getSnapshot().context.credentials === 'refreshed');
  clock.advance(60_000);
  await reached(connection, 'backoff');
  expect(connection.state.error).toMatchObject({ kind: 'timeout', message: limit, unsent: true });
});

test('are not the cause where a stream falls silent', async () => {
  server.answer(stream);
  const { connection } = listen({ idleTimeout: 10_000 });
  await reached(connection, 'open');
  clock.advance(10_000);
  await reached(connection, 'backoff');
  expect(connection.state.error).toMatchObject({
    kind: 'idle',
    message: 'The limit `idleTimeout` of 10000 was exceeded.',
  });
});

test('nor where an event is too large', async () => {
  server.answer(body('data: 12345\n\n'));
  const { connection } = listen({ maxEventSize: 4 });
  await reached(connection, 'failed');
  expect(connection.state.error?.message).toBe('The limit `maxEventSize` of 4 was exceeded.');
});
