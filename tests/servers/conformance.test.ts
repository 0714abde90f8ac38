import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from './ask.ts';
import { accessChecks, conformanceEnv, streamChecks } from './conformance.ts';
import { startDeafClient } from './deaf-client.ts';
import { isLong } from './restarts.ts';
import { type RunningServer, runServer } from './run-server.ts';
import { servers } from './servers.ts';

describe.each(servers)('$name', (spec) => {
  let server: RunningServer;

  beforeAll(async () => {
    server = await runServer(spec, conformanceEnv);
  });

  afterAll(() => server[Symbol.asyncDispose]());

  test.each(Object.entries({ ...streamChecks, ...accessChecks }))('%s', (_, check) => check(server));

  const condition = isLong ? ', although a client does not read' : '';

  test(`ends its streams within a second of a SIGTERM${condition}`, async () => {
    const letGo = isLong ? await startDeafClient(server) : () => undefined;
    const asked = [await ask(server), await ask(server, { token: 'user-bob' })];
    for (const one of asked) await one.next();
    const ended = Promise.all(asked.map((one) => one.nextEvent().catch(() => 'cut')));
    const { code, signal, time, late } = await server.stop('SIGTERM');
    letGo();
    expect(await ended).toEqual(spec.cutsStreams ? ['cut', 'cut'] : [null, null]);
    expect(signal ?? code).toBe(spec.exit ?? 0);
    expect(time - late).toBeLessThan(1_000);
  });
});
