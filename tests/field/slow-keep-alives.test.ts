import { describe, expect, test } from 'vitest';
import { type ConnectionOptions, fetchTransport } from '../../index.ts';
import { clock, listen, reached, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';

const minute = 60_000;

/** Connects, and counts what is read, so that a test knows when a comment has been heard. */
async function hear(options: ConnectionOptions = {}) {
  let chunks = 0;
  const { connection, received } = listen({
    idleTimeout: 'auto',
    ...options,
    transport(given) {
      const transport = fetchTransport(given);
      return async (request, signal) => {
        const stream = await transport(request, signal);
        const read = async function* () {
          for await (const batch of stream) {
            chunks += 1;
            yield batch;
          }
        };
        return Object.assign(read(), { resumedAfter: stream.resumedAfter });
      };
    },
  });
  await reached(connection, 'open');
  return {
    connection,
    received,
    /** Lets time pass, and then sends something that is heard. */
    async hearAfter(ms: number, text: string): Promise<void> {
      clock.advance(ms);
      const before = chunks;
      await until(() => server.streams.size === 1);
      server.write(text);
      await until(() => chunks > before);
      await quiet(2);
    },
  };
}

describe('with `idleTimeout: "auto"`', () => {
  test.each([
    ['comments', ':\n\n'],
    ['events named ping', 'event: ping\ndata\n\n'],
  ])('keep-alives (%s) that are 3 minutes apart never cut the stream in 30 minutes', async (_, text) => {
    const { connection, hearAfter } = await hear();
    for (let times = 0; times < 10; times += 1) await hearAfter(3 * minute, text);
    expect(connection.state.status).toBe('open');
    expect(server.requests).toHaveLength(1);
  });

  test('a stream fails after a silence of three intervals of keep-alives, and not before', async () => {
    const { connection, hearAfter } = await hear();
    for (let times = 0; times < 3; times += 1) await hearAfter(3 * minute, ':\n\n');
    clock.advance(9 * minute - 1);
    expect(connection.state.status).toBe('open');
    clock.advance(1);
    expect(connection.state).toMatchObject({ status: 'backoff', error: { kind: 'idle' } });
  });

  test('a server that shows no sign of being there by itself may be silent for a day', async () => {
    const { connection, hearAfter } = await hear();
    await hearAfter(1_000, 'data: x\n\n');
    await hearAfter(1_000, 'data: y\n\n');
    clock.advance(24 * 60 * minute);
    await quiet();
    expect(connection.state.status).toBe('open');
  });

  test('keep-alives that become slower from 1 s to 2 minutes cost one stream each time that they do, at most', async () => {
    const { connection, hearAfter } = await hear();
    let cuts = 0;
    for (const every of [1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 120_000]) {
      for (let times = 0; times < 5; times += 1) {
        const { length } = server.requests;
        clock.advance(every);
        if (connection.state.status !== 'open') {
          await until(() => {
            if (connection.state.status === 'backoff') clock.advance(1_000);
            return connection.state.status === 'open' && server.requests.length > length;
          });
          cuts += 1;
        }
        await hearAfter(0, ':\n\n');
      }
    }
    expect(cuts).toBeLessThanOrEqual(7);
    expect(connection.state.status).toBe('open');
  });

  test('what counts as a keep-alive is up to the app', async () => {
    const { connection, hearAfter } = await hear({ keepAlive: ({ data }) => data === 'tick' });
    for (let times = 0; times < 4; times += 1) await hearAfter(10_000, 'data: tick\n\n');
    clock.advance(29_999);
    expect(connection.state.status).toBe('open');
    clock.advance(1);
    expect(connection.state.status).toBe('backoff');
  });
});

test('a server whose headers come with its first event, after 50 s, is waited for', async () => {
  server.answer((response) => {
    clock.setTimeout(() => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('id: 1\ndata: at last\n\n');
    }, 50_000);
  });
  const { connection, received } = listen();
  await until(() => server.requests.length === 1);
  clock.advance(50_000);
  await until(() => received.length === 1);
  expect(connection.state.status).toBe('open');
  expect(server.requests).toHaveLength(1);
});
