import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, test } from 'vitest';
import { examine, type Finding } from '../../doctor/index.ts';
import { compareIds } from '../../examples/servers/redis/log.ts';
import { createConnection } from '../../index.ts';
import { needsPrograms } from '../support/programs.ts';
import { until } from '../support/until.ts';
import { ask, publish } from './ask.ts';
import { startTestCluster, type TestCluster, type TestClusterOptions } from './cluster/test-cluster.ts';
import { accessChecks, conformanceEnv, streamChecks } from './conformance.ts';
import { createHttp2Fetch } from './http2-fetch.ts';
import { measureLateness } from './lateness.ts';
import { isLong, socketsOf } from './restarts.ts';
import type { Patch } from './run-server.ts';
import { tlsFiles } from './tls.ts';

needsPrograms('nginx', 'redis-server', 'haproxy', 'caddy');

describe('a server of several', () => {
  let starting: Promise<TestCluster> | undefined;
  const started = () => {
    starting ??= startTestCluster({ proxy: 'nginx', env: conformanceEnv });
    return starting;
  };

  afterAll(async () => (await starting)?.[Symbol.asyncDispose]());

  test.each(Object.entries({ ...streamChecks, ...accessChecks }))('%s', async (_, check) => {
    // Without the proxy: each process counts its own streams.
    await check((await started()).direct(0));
  });

  test('goes on with the stream of another, wherever that has been', async () => {
    const cluster = await started();
    const first = await publish(cluster.direct(0), { number: 1 });
    const second = await publish(cluster.direct(1), { number: 2 });
    for (const index of [0, 1]) {
      await using asked = await ask(cluster.direct(index), { headers: { 'Last-Event-ID': first } });
      expect(asked.response.headers.get('last-event-id')).toBe(first);
      expect(await asked.nextEvent()).toMatchObject({ id: second, data: '{"number":2}' });
    }
  });

  test('keeps its streams open while Redis is away, and refuses what it cannot do', async () => {
    const cluster = await started();
    const server = cluster.direct(0);
    await using asked = await ask(server, { token: 'user-patient' });
    await asked.next();
    await cluster.redis.stop('SIGTERM');
    const { response } = await ask(server, { method: 'POST', body: {} });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    // An ID that is not in the memory of this process.
    await using stranger = await ask(server, { headers: { 'Last-Event-ID': '99999999999999-0' } });
    expect(stranger.response.status).toBe(503);
    await cluster.redis.start();
    let id: string | undefined;
    while (id === undefined) id = await publish(server, {}).catch(() => undefined);
    expect(await asked.nextEvent()).toMatchObject({ id });
  });
});

test('a client is told of the gap when the log was trimmed while it was away', async () => {
  await using cluster = await startTestCluster({ proxy: 'nginx' });
  const gaps: string[] = [];
  const numbers: unknown[] = [];
  const connection = createConnection(cluster.url, {
    headers: { Authorization: 'Bearer user-ada' },
    fetch: cluster.http2Fetch(),
    retryDelay: 50,
    maxRetryDelay: 100,
    maxRetries: Infinity,
    onGap: ({ reason }) => gaps.push(reason),
  });
  connection.on('message', ({ data }) => numbers.push(data));
  await until(() => connection.state.status === 'open');
  await publish(cluster, 1);
  await until(() => numbers.length === 1);

  for (const server of cluster.servers) await server.stop('SIGTERM');
  const redis = new Redis(cluster.redis.port);
  for (const number of [2, 3, 4]) await redis.xadd('events', '*', 'name', 'message', 'data', number);
  await redis.xtrim('events', 'MAXLEN', 2);
  redis.disconnect();
  for (const server of cluster.servers) await server.start();

  await until(() => numbers.length === 3);
  connection.close();
  expect({ numbers, gaps }).toEqual({ numbers: [1, 3, 4], gaps: ['server'] });
});

test('`npm run redis` starts it all, says where the stream is, and leaves nothing behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sse-start-'));
  const { certificate } = tlsFiles(folder);
  const program = join(import.meta.dirname, '../../examples/servers/redis/start.ts');
  const started = spawn(process.execPath, [program], { env: { ...process.env, DATA: folder } });
  let output = '';
  started.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await until(() => /https:\S+/.test(output));
  const [url = ''] = /https:\S+/.exec(output) ?? [];
  const { origin, pathname: path } = new URL(url);
  const http2Fetch = createHttp2Fetch(certificate);
  const id = await publish({ origin, path, fetch: http2Fetch }, {});
  expect(id).toMatch(/^\d+-\d+$/);
  http2Fetch.close();
  started.kill('SIGTERM');
  await once(started, 'exit');
  const ports = [...output.matchAll(/port (\d+)/g)].map(([, port]) => Number(port));
  expect(ports).toHaveLength(3);
  await until(() => ports.every((port) => socketsOf(port) === 0));
  rmSync(folder, { recursive: true });
});

/** Whether a condition holds before some milliseconds are over. */
async function isSoWithin(given: number, condition: () => boolean): Promise<boolean> {
  for (let time = 0; time < given && !condition(); time += 50) await sleep(50);
  return condition();
}

/** Symptoms of a trap: true where it is there. */
const symptoms = {
  'what is appended at once does not all come': async (cluster) => {
    await using asked = await ask(cluster.direct(1));
    await asked.next();
    const sent = await Promise.all(
      Array.from({ length: 200 }, (_, number) => publish(cluster.direct(0), { number })),
    );
    const ids: (string | undefined)[] = [];
    async function read(): Promise<void> {
      while (ids.length < sent.length) ids.push((await asked.nextEvent())?.['id']);
    }
    await Promise.race([read(), sleep(10_000)]);
    return ids.join() !== sent.toSorted(compareIds).join();
  },

  'a client that does not read and is kicked ends the process': async (cluster) => {
    const server = cluster.direct(0);
    const text = 'x'.repeat(90_000);
    for (let count = 0; count < 80; count += 1) await publish(server, { text });
    const deaf = connect(cluster.servers[0]?.port ?? 0, 'localhost').on('error', () => undefined);
    deaf.write('GET /events?lastEventId=0&token=user-ada HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(deaf, 'readable');
    await using second = await ask(server);
    await using third = await ask(server);
    for (const asked of [second, third]) await asked.next();
    const hasEnded = await isSoWithin(5_000, () => cluster.servers[0]?.pid === undefined);
    deaf.destroy();
    return hasEnded;
  },

  'few of those who were away get a stream again': async (cluster) => {
    const clients = Array.from({ length: 40 }, (_, index) =>
      createConnection(cluster.url, {
        headers: { Authorization: `Bearer user-${index}` },
        retryDelay: 50,
        maxRetryDelay: 200,
        maxRetries: Infinity,
      }),
    );
    const areBack = () => clients.every(({ state }) => state.status === 'open');
    await until(areBack);
    for (const server of cluster.servers) await server.stop('SIGKILL');
    await until(() => clients.every(({ state }) => (state.error?.status ?? 0) >= 502));
    for (const server of cluster.servers) await server.start();
    // Each is back after 200 ms, if it is let in.
    const isLate = !(await isSoWithin(8_000, areBack));
    for (const client of clients) client.close();
    return isLate;
  },
} satisfies Record<string, (cluster: TestCluster) => Promise<boolean>>;

const traps: readonly {
  readonly name: string;
  readonly symptom: keyof typeof symptoms;
  readonly patches?: readonly Patch[];
  /** A change to the configuration of nginx. */
  readonly configure?: (text: string) => string;
}[] = [
  {
    name: 'XREAD from $',
    symptom: 'what is appended at once does not all come',
    patches: [{ file: 'redis/log.ts', from: "'STREAMS', key, after)", to: "'STREAMS', key, '$')" }],
  },
  {
    name: 'a comment after the end of the stream',
    symptom: 'a client that does not read and is kicked ends the process',
    patches: [{ file: 'redis/server.ts', from: 'if (!response.writableEnded) ', to: '' }],
  },
  {
    name: 'the default max_fails of nginx',
    symptom: 'few of those who were away get a stream again',
    configure: (text) => text.replaceAll(' max_fails=0', ''),
  },
];

describe.concurrent.each(traps)('$symptom', ({ name, symptom, ...trap }) => {
  const options: TestClusterOptions = {
    proxy: 'nginx',
    env: { STREAMS_PER_USER: '2', KEEP_ALIVE: '50' },
  };

  test(`with ${name}`, async () => {
    await using cluster = await startTestCluster({ ...options, ...trap });
    expect(await symptoms[symptom](cluster)).toBe(true);
  });

  test('and not without it', async () => {
    await using cluster = await startTestCluster(options);
    expect(await symptoms[symptom](cluster)).toBe(false);
  });
});

test.concurrent.each(['haproxy', 'caddy'] as const)(
  'all who were away get a stream again behind %s',
  async (proxy) => {
    await using cluster = await startTestCluster({ proxy });
    expect(await symptoms['few of those who were away get a stream again'](cluster)).toBe(false);
  },
);

test('a process ends within a second of a SIGTERM, although a client does not read and a request is half sent', async () => {
  await using cluster = await startTestCluster({ proxy: 'nginx', env: { EVENTS_KEPT: '1000' } });
  const [server] = cluster.servers;
  const deaf = connect(server?.port ?? 0, 'localhost').on('error', () => undefined);
  const half = connect(server?.port ?? 0, 'localhost').on('error', () => undefined);
  const head = 'Host: localhost\r\nAuthorization: Bearer user-deaf\r\n';
  half.write(`POST /events HTTP/1.1\r\n${head}Content-Length: 100\r\n\r\n{`);
  const text = 'x'.repeat(90_000);
  for (let count = 0; count < 80; count += 1) await publish(cluster, { text });
  deaf.write(`GET /events?lastEventId=0 HTTP/1.1\r\n${head}\r\n`);
  await once(deaf, 'readable');
  const lateness = measureLateness(server?.pid);
  const time = (await server?.stop('SIGTERM')) ?? Infinity;
  expect(time - lateness()).toBeLessThan(1_000);
  deaf.destroy();
  half.destroy();
});

describe.concurrent('the doctor', () => {
  const origin = 'http://localhost:5173';

  /** @param pause Between events, in milliseconds, while there is much to say. */
  async function findingsAt(options: TestClusterOptions, pause = 0): Promise<Finding[]> {
    await using cluster = await startTestCluster({
      ...options,
      env: { ALLOWED_ORIGIN: origin, KEEP_ALIVE: '1000' },
    });
    const talking =
      pause > 0 &&
      setInterval(
        () => void publish(cluster.direct(0), { text: 'x'.repeat(300) }).catch(() => undefined),
        pause,
      );
    const { unreachable, findings } = await examine(cluster.url, {
      headers: { authorization: 'Bearer user-ada' },
      origin,
      lastEventIdParam: 'lastEventId',
      // Without it, a stream is watched as it is.
      ...(pause === 0 && { publish: () => publish(cluster, { at: Date.now() }) }),
      insecure: true,
      watch: 4_000,
    });
    clearInterval(talking || undefined);
    expect(unreachable).toBeNull();
    return [...findings];
  }

  test.each(isLong ? (['nginx', 'haproxy', 'caddy'] as const) : (['nginx'] as const))(
    'finds nothing behind %s',
    async (proxy) => {
      const findings = await findingsAt({ proxy });
      expect(findings.map(({ check, seen }) => `${check}: ${seen}`)).toEqual([]);
    },
  );

  const defaults: TestClusterOptions = {
    proxy: 'nginx',
    configure: (text) => text.replace(/location [^}]*}/, 'location /events { proxy_pass http://events; }'),
    patches: [{ file: 'redis/server.ts', from: "    'X-Accel-Buffering': 'no',\n", to: '' }],
  };

  test.each([
    ['headers', 'there is little to say', 0],
    ['buffering', 'there is much to say', 40],
  ] as const)('tells of an nginx with its defaults by %s where %s', async (check, _, pause) => {
    const findings = await findingsAt(defaults, pause);
    const finding = findings.find((one) => one.check === check);
    expect(findings.map(({ check, seen }) => `${check}: ${seen}`).join()).toContain(check);
    expect(finding?.mend.find(({ on }) => on === 'nginx')?.how).toContain('proxy_buffering off');
  });
});
