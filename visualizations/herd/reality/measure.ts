import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { GivenSettings } from '../../../machines/settings.ts';
import type { Client } from '../../playground/server/stream/client.ts';
import { createEventLog } from '../../playground/server/stream/event-log.ts';
import { createStreamServer, type Exchange } from '../../playground/server/stream/stream-server.ts';
import { window } from '../simulation/figures.ts';
import type { ClientJob, ClientNews } from './clients.ts';

/** A deploy that real connections are to go through. */
export interface Deploy {
  readonly clients: number;
  /** How long the server is away, for each client since its own drop. */
  readonly seconds: number;
  /** Over how many seconds the drops are spread. */
  readonly spread: number;
  /** How many processes the clients are shared out to; the server has this one. @default 1 */
  readonly processes?: number;
  /** The settings of the connections. @default the defaults of the package */
  readonly settings?: GivenSettings;
}

/** The deploy as the server saw it. */
export interface Measurement {
  readonly clients: number;
  readonly seconds: number;
  readonly gaveUp: number;
  /** How many requests came in each 100 ms since the drop of the client that sent them. */
  readonly attempts: readonly number[];
}

/**
 * Measures real connections over loopback to the stream server of the playground. The server drops them one after the
 * other, and answers each with 503 until its deploy is over; times are counted from each drop. If thousands of
 * clients on one machine were dropped at once, they would need seconds just to notice, and the measurement would show
 * that.
 *
 * @throws Error when a process of clients ends early.
 */
export async function measure(deploy: Deploy): Promise<Measurement> {
  const { clients, seconds, spread, processes = 1, settings = {} } = deploy;
  const streams = new Map<string, Client>();
  const droppedAt = new Map<string, number>();
  const attempts: number[] = [];

  function intercept(exchange: Exchange): boolean {
    const since = performance.now() - (droppedAt.get(exchange.client) ?? performance.now());
    if (droppedAt.has(exchange.client)) {
      const place = Math.floor(since / window);
      while (attempts.length <= place) attempts.push(0);
      attempts[place] = (attempts[place] ?? 0) + 1;
    }
    if (droppedAt.has(exchange.client) && since < seconds * 1_000) exchange.refuse(503);
    else streams.set(exchange.client, exchange.accept());
    return true;
  }

  const pace = { every: 1_000, keepAlive: 60_000 }; // and no `retry:`, which would set a pace of its own
  const server = createStreamServer({ log: createEventLog(), pace, intercept });
  const url = `http://127.0.0.1:${await server.listen(0)}/events`;
  const herds = Array.from({ length: processes }, (_, n) =>
    startHerd({ url, name: `${n}`, clients: Math.floor((clients + n) / processes), settings }),
  );
  try {
    await Promise.all(herds.map((herd) => herd.opened));
    const start = performance.now();
    for (const [place, [name, stream]] of [...streams].entries()) {
      await sleep(Math.max(0, start + (1_000 * spread * place) / clients - performance.now()));
      droppedAt.set(name, performance.now());
      stream.drop();
    }
    const gaveUp = await Promise.all(herds.map((herd) => herd.settled));
    return { clients, seconds, gaveUp: gaveUp.reduce((sum, n) => sum + n, 0), attempts };
  } finally {
    for (const { child } of herds) child.kill();
    await server.close();
  }
}

/** Clients in a process of their own, so that they do not take turns with the server. */
function startHerd(job: ClientJob) {
  const child = fork(fileURLToPath(new URL('clients.ts', import.meta.url)));
  child.send(job);
  return { child, opened: newsOf(child, 'opened'), settled: newsOf(child, 'settled') };
}

/** How many clients have given up when the news comes. */
async function newsOf(child: ChildProcess, wanted: ClientNews['what']): Promise<number> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The clients ended with ${code} before they had ${wanted}.`);
  });
  const news = new Promise<number>((resolve) => {
    child.on('message', ({ what, gaveUp }: ClientNews) => {
      if (what === wanted) resolve(gaveUp);
    });
  });
  return Promise.race([news, ended]);
}
