import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from '../../index.ts';
import { until } from '../support/until.ts';
import { type Asked, ask, publish } from './ask.ts';
import { startDeafClient } from './deaf-client.ts';
import type { RunningServer } from './run-server.ts';

/** How a trap is noticed: true where it is there, and false at a server that does it right. */
export const symptoms = {
  'the headers do not come before the first event': async (server) => {
    const { connection, close } = connect(server);
    await sleep(700);
    const { status } = connection.state;
    await publish(server, {});
    await until(() => connection.state.status === 'open');
    close();
    return status === 'connecting';
  },

  'the server does not end': async (server) => {
    const { connection, close } = connect(server);
    await until(() => connection.state.status === 'open');
    const ended = server.stop('SIGTERM').then(() => false);
    const hangs = await Promise.race([ended, sleep(1_200, true)]);
    if (hangs) await server.stop('SIGKILL');
    close();
    return hangs;
  },

  'the server does not end before a client that does not read': async (server) => {
    const letGo = await startDeafClient(server);
    const ended = server.stop('SIGTERM').then(() => false);
    const hangs = await Promise.race([ended, sleep(1_500, true)]);
    if (hangs) await server.stop('SIGKILL');
    letGo();
    return hangs;
  },

  'a client that is ended comes again at once': async (server) => {
    const clients = Array.from({ length: 6 }, () => connect(server, 20));
    await until(() => clients.every(({ connection }) => connection.state.status === 'open'));
    await server.stop('SIGTERM');
    for (const { close } of clients) close();
    return clients.some(({ opened }) => opened() > 1);
  },

  'nginx is not told to pass on what comes': async (server) => {
    await using asked = await ask(server);
    return asked.response.headers.get('x-accel-buffering') !== 'no';
  },

  'the stream may be stored': async (server) => {
    await using asked = await ask(server);
    return !asked.response.headers.get('cache-control')?.includes('no-store');
  },

  'a client that comes back gets the wrong events': async (server) => {
    // So that the numbers of the log are others than those of a stream.
    for (const data of ['old 1', 'old 2', 'old 3']) await publish(server, { data });
    const { connection, received, comeBack, close } = connect(server);
    await until(() => connection.state.status === 'open');
    const sent = ['new 1', 'new 2', 'new 3'];
    await publish(server, { data: sent[0] });
    await until(() => received.length > 0);
    await server.stop('SIGKILL');
    await server.start();
    // Missed by the client, which comes back later.
    await publish(server, { data: sent[1] });
    await comeBack();
    await publish(server, { data: sent[2] });
    await until(() => received.includes('new 3'));
    close();
    return received.join() !== sent.join();
  },

  'an event that comes during the replay comes too early': async (server) => {
    const { ids, asked } = await publishDuringReplay(server);
    const got = [await asked.nextEvent(), await asked.nextEvent()].map((block) => block?.['id']);
    asked.leave();
    return got.join() !== ids.join();
  },

  'an event that comes during the replay does not come': async (server) => {
    const { ids, asked } = await publishDuringReplay(server);
    const got: (string | undefined)[] = [];
    async function read(): Promise<void> {
      while (got.length < ids.length) got.push((await asked.nextEvent())?.['id']);
    }
    await Promise.race([read(), sleep(10_000)]);
    asked.leave();
    return got.length < ids.length;
  },

  'a stream that was left counts on': async (server) => {
    const staying = await ask(server);
    await staying.next();
    const leaving = await ask(server);
    await leaving.next();
    leaving.leave();
    for (let count = 0; count < 10; count += 1) await staying.next();
    const newcomer = await ask(server);
    await newcomer.next();
    // Its comments, of which a machine with much to do has some in store, come before the news that it is kicked.
    let isKicked = false;
    for (let count = 0; count < 20 && !isKicked; count += 1) {
      const block = await staying.next();
      isKicked = block === null || block['event'] === 'kicked';
    }
    newcomer.leave();
    staying.leave();
    return isKicked;
  },

  'a HEAD counts as a stream': async (server) => {
    await using oldest = await ask(server);
    await oldest.next();
    await using other = await ask(server);
    await other.next();
    await ask(server, { method: 'HEAD' });
    await publish(server, {});
    return (await oldest.nextEvent())?.['event'] === 'kicked';
  },

  'a silent stream is cut': async (server) => {
    await using asked = await ask(server);
    await asked.next();
    // Awaited here, before the stream is left.
    return await Promise.race([
      asked.next().then(
        () => true,
        () => true,
      ),
      sleep(20_000, false),
    ]);
  },

  'a page of a second origin may not resume': async (server) => {
    await using asked = await ask(server, {
      method: 'OPTIONS',
      token: null,
      headers: { Origin: 'http://localhost:5173' },
    });
    return !asked.response.headers.get('access-control-allow-headers')?.includes('Last-Event-ID');
  },

  'a page of a second origin does not see why it is refused': async (server) => {
    await using asked = await ask(server, { token: 'nobody', headers: { Origin: 'http://localhost:5173' } });
    return !asked.response.headers.has('access-control-allow-origin');
  },

  'a request that is none ends all streams': async (server) => {
    await using asked = await ask(server);
    await asked.next();
    await ask(server, { path: '//' }).catch(() => undefined);
    const cut = asked.next().then(
      () => false,
      () => true,
    );
    return await Promise.race([cut, sleep(10_000, false)]);
  },

  'the rest of an answer does not come': async (server) => {
    const asked = await ask(server, { method: 'POST', path: '/answers', body: { prompt: 'Why' } });
    const path = asked.response.headers.get('location') ?? '';
    const first = await asked.nextEvent();
    asked.leave();
    await using rest = await ask(server, { path, headers: { 'Last-Event-ID': first?.['id'] ?? '' } });
    const last = async () => {
      for (let block = await rest.nextEvent(); block; block = await rest.nextEvent()) {
        if (block['event'] === 'done') return false;
      }
      return true;
    };
    return await Promise.race([last(), sleep(10_000, true)]);
  },

  'a client with an ID in its URL gets all of it again': async (server) => {
    const first = await publish(server, { data: 1 });
    const second = await publish(server, { data: 2 });
    await using asked = await ask(server, {
      query: { lastEventId: '0' },
      headers: { 'Last-Event-ID': first },
    });
    return (await asked.nextEvent())?.['id'] !== second;
  },

  'a client that has seen nothing yet loses what it missed': async (server) => {
    const { connection, received, comeBack, close } = connect(server);
    await until(() => connection.state.status === 'open');
    await sleep(100); // for the first bytes
    await server.stop('SIGKILL');
    await server.start();
    await publish(server, { data: 'missed' });
    await comeBack();
    await publish(server, { data: 'heard' });
    await until(() => received.includes('heard'));
    close();
    return !received.includes('missed');
  },
} satisfies Record<string, (server: RunningServer) => Promise<boolean>>;

/** A client that comes back when it is told to, as a rule: by itself only after longer than a server takes to start. */
function connect({ origin, path, fetch }: RunningServer, retryDelay = 30_000) {
  const received: unknown[] = [];
  let opened = 0;
  const connection = createConnection<{ message: { data: unknown } }>(origin + path, {
    headers: { Authorization: 'Bearer user-ada' },
    fetch,
    retryDelay,
    jitter: 'equal',
  });
  connection.on('message', ({ data }) => received.push(data.data));
  connection.actor.on('opened', () => {
    opened += 1;
  });
  return {
    connection,
    received,
    opened: () => opened,
    async comeBack() {
      await until(() => connection.state.status === 'backoff');
      connection.reconnect();
      await until(() => connection.state.status === 'open');
    },
    close: () => connection.close(),
  };
}

/** Two events that a stream has to bring: one from the log, and one that comes just after it was asked for. */
async function publishDuringReplay(server: RunningServer): Promise<{ ids: string[]; asked: Asked }> {
  const before = await publish(server, { data: 'seen' });
  const missed = await publish(server, { data: 'missed' });
  const asked = await ask(server, { headers: { 'Last-Event-ID': before } });
  await sleep(100);
  const late = await publish(server, { data: 'late' });
  return { ids: [missed, late], asked };
}
