import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { asyncDispose, dispose } from '../../adapters/dispose.ts';
import { type ConnectionOptions, createConnection, eventSourceTransport } from '../../index.ts';
import { observeConnections } from '../../opentelemetry/index.ts';
import { addressOf, redirectTo, seenAt } from '../event-source/asked-answers.ts';
import { engine } from '../support/browsers/engine.ts';
import { cleanups, server } from '../support/remote/browser-scene.ts';
import { startRemoteScriptedServer } from '../support/remote/remote-scripted-server.ts';
import { quiet, until } from '../support/until.ts';

// Where one engine differs from another, and users meet it: `docs/browsers.md` says the same in words.

function connect(options: ConnectionOptions = {}) {
  const connection = createConnection(server.url, {
    jitter: 'none',
    retryDelay: 0,
    maxRetries: 2,
    ...options,
  });
  cleanups.push(() => connection[asyncDispose]());
  return connection;
}

const transports: [string, ConnectionOptions][] = [
  ['fetch', {}],
  ['EventSource', { transport: eventSourceTransport }],
];

describe.each(transports)('over %s', (name, options) => {
  test('a stream opens with its headers, and in Firefox with the first byte of its body', async () => {
    await server.answer({ kind: 'silent stream' });
    const connection = connect(options);
    await expect.poll(async () => (await server.look()).streams).toBe(1);
    if (engine === 'firefox') {
      await quiet(100);
      expect(connection.state.status).toBe('connecting');
      await server.write(':\n\n');
    }
    await until(() => connection.state.status === 'open');
  });

  test('a stream that is cut is resumed after its last event', async () => {
    const received: unknown[] = [];
    const connection = connect(options);
    connection.on('message', ({ data }) => received.push(data));
    await until(() => connection.state.status === 'open');
    await server.publish('one');
    await until(() => received.length === 1);
    await server.drop();
    await server.publish('two');
    await until(() => received.length === 2);
    expect((await server.look()).requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1']);
  });

  // WebKit writes the header as text, so that bytes beyond ASCII are encoded a second time.
  test('an ID beyond ASCII comes back as it was; not from WebKit in a header', async () => {
    await server.answer({ kind: 'body', parts: ['id: ä漢\ndata: x\n\n'] }, { kind: 'stream' });
    const connection = connect(options);
    await expect.poll(async () => (await server.look()).requests.length).toBe(2);
    const asked = (await server.look()).requests[1]?.lastEventId;
    expect(asked === 'ä漢').toBe(engine !== 'webkit' || name !== 'fetch');
    connection.close();
  });
});

test('an ID beyond ASCII comes back as it was in a query parameter', async () => {
  await server.answer({ kind: 'body', parts: ['id: ä漢\ndata: x\n\n'] }, { kind: 'stream' });
  const connection = connect({ lastEventIdHeader: false, lastEventIdParam: 'lastEventId' });
  await expect.poll(async () => (await server.look()).requests.length).toBe(2);
  expect((await server.look()).requests[1]?.lastEventId).toBe('ä漢');
  connection.close();
});

test('the scripted server drops a stream so that every browser tells it from an end', async () => {
  const scripted = await startRemoteScriptedServer();
  cleanups.push(() => scripted.close());
  const connection = createConnection(scripted.url, { retryDelay: 60_000 });
  cleanups.push(() => connection[asyncDispose]());
  await scripted.accept();
  await until(() => connection.state.status === 'open');
  await scripted.drop();
  await until(() => connection.state.status === 'backoff');
  expect(connection.state.error).toMatchObject({ kind: 'network' });
});

describe('the answer to a POST that is cut', () => {
  const post = { method: 'POST', body: 'question' };
  const isWebKit = engine === 'webkit';

  async function cutAfter(options: ConnectionOptions) {
    const connection = connect({ ...post, ...options });
    await until(() => connection.state.status === 'open');
    await server.publish('half an answer');
    await until(() => connection.state.lastEventId === '1');
    await server.drop();
    await until(() => connection.state.status !== 'open');
    return connection.state;
  }

  test('has failed; in WebKit it looks whole', async () => {
    const state = await cutAfter({});
    expect(state).toMatchObject(isWebKit ? { status: 'closed', closeReason: 'ended' } : { status: 'failed' });
  });

  test('has failed in every browser where `closeOn` says how a whole one ends', async () => {
    expect(await cutAfter({ closeOn: 'done' })).toMatchObject({ status: 'failed' });
  });

  test('has failed where the server ends it without the message of `closeOn`', async () => {
    const connection = connect({ ...post, closeOn: 'done' });
    await until(() => connection.state.status === 'open');
    await server.end();
    await until(() => connection.state.status !== 'open');
    expect(connection.state).toMatchObject({ status: 'failed', error: { kind: 'ended' } });
  });

  test('is sent once', async () => {
    await server.answer({ kind: 'cut' });
    const connection = connect(post);
    await until(() => connection.state.status === 'failed');
    expect((await server.look()).requests).toHaveLength(1);
  });
});

test('what is closed leaves no socket', async () => {
  const connection = connect();
  await until(() => connection.state.status === 'open');
  connection.close();
  await expect.poll(async () => (await server.look()).sockets).toBe(0);
});

// Firefox ends a redirected `fetch` of a worker for nobody, not even by ending the worker.
test.each([
  ['fetch', false],
  ['EventSource', true],
])(
  'a stream that a worker closes over %s is closed; not after a redirect of `fetch` in Firefox',
  async (_, native) => {
    const world = { origin: inject('origin') };
    const direct = addressOf(world, [{ body: 'data: hello\n\n', isEndless: true }]);
    const target = addressOf(world, [{ body: 'data: hello\n\n', isEndless: true }]);
    const worker = new Worker(new URL('./redirected-worker.ts', import.meta.url), { type: 'module' });
    onTestFinished(async () => {
      worker.terminate();
      const { origin, pathname } = new URL(target);
      await fetch(`${origin}/cut${pathname}`);
    });
    for (const url of [direct, addressOf(world, [redirectTo(target, 302)])]) {
      await new Promise((resolve) => {
        worker.addEventListener('message', resolve, { once: true });
        worker.postMessage({ url, native });
      });
    }
    await expect.poll(() => seenAt(direct)).toMatchObject([{ isOpen: false }]);
    const isLeft = engine === 'firefox' && !native;
    if (isLeft) await quiet(500);
    await expect.poll(() => seenAt(target)).toMatchObject([{ isOpen: isLeft }]);
  },
);

// WebKit has no `Symbol.asyncDispose`.
test('`await using` closes a connection in every browser', async () => {
  {
    await using connection = createConnection(server.url);
    await until(() => connection.state.status === 'open');
  }
  await expect.poll(async () => (await server.look()).sockets).toBe(0);
});

test('`using` ends an observation in every browser', () => {
  const observation = observeConnections({ automatic: false });
  expect(observation[dispose]).toBe(observation.stop);
  expect(observation).not.toHaveProperty('undefined');
});

test('20,000 small messages in one chunk arrive once and in order', async () => {
  const count = 20_000;
  const blocks = Array.from({ length: count }, (_, index) => `id: ${index}\ndata: ${index}\n\n`);
  const received: unknown[] = [];
  const connection = connect();
  connection.on('message', ({ data }) => received.push(data));
  await until(() => connection.state.status === 'open');
  const start = performance.now();
  await server.write(blocks.join(''));
  await until(() => received.length >= count);
  console.info(`${count} messages in ${Math.round(performance.now() - start)} ms (${engine})`);
  expect(received).toEqual(Array.from({ length: count }, (_, index) => index));
});
