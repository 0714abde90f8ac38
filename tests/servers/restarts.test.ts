import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { campaign, isLong, runCampaign, socketsOf } from './restarts.ts';
import { runServer } from './run-server.ts';
import { servers } from './servers.ts';

const { clients, events, stops } = campaign;
const restarts = `${clients} clients, ${events} events and ${stops.join(', ')}`;

const timeout = 240_000;

test.each(servers)(`$name loses and doubles nothing: ${restarts}`, { timeout }, async (spec) => {
  await using server = await runServer(spec, { KEEP_ALIVE: '1000' });
  const { terminations, received, resumptions, ...outcome } = await runCampaign(server, campaign);
  expect(outcome).toEqual({ lost: 0, doubled: 0, misplaced: 0, gaps: 0, statuses: ['open'] });
  expect(received).toBeGreaterThanOrEqual(clients * events);
  // Nobody is accepted by a server that is about to stop.
  expect(resumptions).toBe(clients * stops.length);
  for (const { code, signal, time, late } of terminations) {
    expect(signal ?? code).toBe(spec.exit ?? 0);
    expect(time - late).toBeLessThan(1_000);
  }
  server.hangUp();
  await until(() => socketsOf(server.port) === 0, 'no socket to be left');
  const slowest = Math.round(Math.max(...terminations.map(({ time }) => time)));
  if (isLong) {
    console.log(`${spec.name}: ${received} received, ${resumptions} resumptions, ended in ${slowest} ms`);
  }
});
