import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { defaultPolicy } from '../../visualizations/herd/simulation/policies.ts';
import { study } from '../../visualizations/herd/simulation/study.ts';
import type { Table } from '../report/table.ts';
import { openOurs, type ScaleOptions, startServers, talk } from './servers.ts';

/** All servers are away for 15 s, as in docs/herd.md. */
export async function herd({ herd: count }: ScaleOptions): Promise<Table> {
  const away = 15_000;
  await using cluster = await startServers();
  await using children = await openOurs(cluster, count, 4, 0);
  const redis = new Redis(cluster.redis.port);
  // Gives each connection an ID, and news.
  await talk(redis, 5, 1);
  redis.disconnect();
  await sleep(6_000);
  children.tell('measure');
  const droppedAt = Date.now();
  await Promise.all(cluster.servers.map((server) => server.stop('SIGTERM')));
  await sleep(away - (Date.now() - droppedAt));
  await Promise.all(cluster.servers.map((server) => server.start()));
  const returnedAt = Date.now();
  await sleep(40_000);
  const reports = await children.report();
  const attempts = reports.flatMap((report) => report.attempts).toSorted((one, other) => one - other);
  const back = reports
    .flatMap(({ backAt }) => backAt.map((at) => at - returnedAt))
    .toSorted((one, other) => one - other);
  const timeOf = (part: number) => back[Math.ceil(part * count) - 1];
  const expected = study({
    clients: count,
    seed: 1,
    policy: defaultPolicy,
    deploy: returnedAt - droppedAt,
  });
  const after = (time: number | null | undefined) =>
    time === null || time === undefined ? 'never' : `${Math.max(0, time / 1_000).toFixed(1)} s`;
  const share = (part: number) => `${(100 * part).toFixed(1)} %`;
  const failed = reports.reduce((sum, report) => sum + report.failed, 0);
  return {
    title: `${count} connections of sse-machine, and both servers away for ${after(returnedAt - droppedAt)} behind nginx`,
    head: [
      '',
      'attempts of each',
      'busiest 100 ms before',
      'after',
      '50 % back',
      '95 % back',
      '99 % back',
      'gave up',
    ],
    rows: [
      [
        'measured',
        (attempts.length / count).toFixed(1),
        share(busiest(attempts.filter((at) => at < returnedAt)) / count),
        share(busiest(attempts.filter((at) => at >= returnedAt)) / count),
        ...[0.5, 0.95, 0.99].map((part) => after(timeOf(part))),
        share(failed / count),
      ],
      [
        'by the study of herds',
        expected.requests.toFixed(1),
        share(expected.outagePeak),
        share(expected.returnPeak),
        ...([50, 95, 99] as const).map((part) => after(expected.backAfter[part])),
        share(expected.gaveUp),
      ],
    ],
  };
}

/** The most of some sorted times that lie in 100 ms, wherever these begin. */
function busiest(times: readonly number[]): number {
  let most = 0;
  let from = 0;
  for (const [index, time] of times.entries()) {
    while (time - (times[from] ?? time) >= 100) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most;
}
