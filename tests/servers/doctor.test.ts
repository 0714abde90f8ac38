import { expect, test } from 'vitest';
import { examine } from '../../doctor/index.ts';
import { publish } from './ask.ts';
import { conformanceEnv } from './conformance.ts';
import { isLong } from './restarts.ts';
import { type RunningServer, runServer } from './run-server.ts';
import { servers } from './servers.ts';
import { runTrap, traps } from './traps.ts';

/** Findings of the doctor where a trap is put back. The other traps do not show from outside. */
const told: Readonly<Record<string, string>> = {
  'headers that leave with the first event': 'headers',
  '@fastify/sse without flushHeaders': 'headers',
  'Hono without X-Accel-Buffering': 'accel-buffering',
  'Hono with the Cache-Control of streamSSE': 'no-transform',
  'Nest without IDs': 'numbering',
  'better-sse without IDs': 'replay',
  'a preflight that does not know Last-Event-ID': 'cors-preflight',
  'refusals without CORS headers': 'cors-refusal',
};

const env = { ...conformanceEnv, STREAMS_PER_USER: '6', KEEP_ALIVE: '1000' };

async function findingsAt(server: RunningServer) {
  const { unreachable, findings } = await examine(server.origin + server.path, {
    headers: { authorization: 'Bearer user-ada' },
    origin: env.ALLOWED_ORIGIN,
    lastEventIdParam: 'lastEventId',
    publish: () => publish(server, { at: Date.now() }),
    insecure: true,
    watch: 4_000,
  });
  expect(unreachable).toBeNull();
  return findings;
}

const examined = isLong ? servers : servers.filter(({ name }) => /^(node-http|hono)$/.test(name));

test.each(examined.map((spec) => [spec.name, spec] as const))(
  'the doctor finds nothing at %s',
  async (_, spec) => {
    await using server = await runServer(spec, env);
    expect((await findingsAt(server)).map(({ check, seen }) => `${check}: ${seen}`)).toEqual([]);
  },
);

const tried = traps.filter(({ name }) =>
  isLong ? Object.hasOwn(told, name) : name === 'better-sse without IDs',
);

test.each(tried.map((trap) => [trap.name, told[trap.name], trap] as const))(
  'the doctor tells of %s: %s',
  async (_, check, trap) => {
    await using server = await runTrap({ ...trap, env: { ...env, ...trap.env } });
    expect((await findingsAt(server)).map((finding) => finding.check)).toContain(check);
  },
);
