import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from '../../index.ts';
import { until } from '../support/until.ts';
import { ask, publish } from './ask.ts';
import type { Exit, RunningServer } from './run-server.ts';

export interface Campaign {
  readonly clients: number;
  readonly events: number;
  /** How the server is stopped, one after another, at even intervals. */
  readonly stops: readonly ('SIGTERM' | 'SIGKILL')[];
}

/** `npm run test:servers` has the long form, `npm test` the short one. */
export const isLong = process.env['SERVER_EVENTS'] !== undefined;

export const campaign: Campaign = isLong
  ? { clients: 20, events: Number(process.env['SERVER_EVENTS']), stops: ['SIGTERM', 'SIGTERM', 'SIGKILL'] }
  : { clients: 5, events: 45, stops: ['SIGTERM', 'SIGKILL'] };

/** The result of a campaign, of all clients together. */
export interface Outcome {
  readonly lost: number;
  readonly doubled: number;
  /** Events that came before one with a smaller ID. */
  readonly misplaced: number;
  /** How many messages came. */
  readonly received: number;
  /** How many requests there were beside the first ones. */
  readonly resumptions: number;
  readonly gaps: number;
  readonly terminations: readonly Exit[];
  readonly statuses: readonly string[];
}

/** Publishes events to clients, and stops and starts the server meanwhile. */
export async function runCampaign(
  server: RunningServer,
  { clients: count, events, stops }: Campaign,
): Promise<Outcome> {
  const clients = Array.from({ length: count }, (_, index) => startClient(server, index));
  await until(() => clients.every(({ connection }) => connection.state.status === 'open'));

  const published: string[] = [];
  const terminations: Exit[] = [];
  for (const [index, signal] of [...stops, null].entries()) {
    const goal = Math.round((events * (index + 1)) / (stops.length + 1));
    const publishing = publishUpTo(server, published, goal);
    if (signal === null) {
      await publishing;
      break;
    }
    // In the middle of it: events are published before the server stops, while it is gone and after it came back.
    await until(() => published.length >= goal - events / (stops.length + 1) / 2);
    await until(() => clients.every(({ opened }) => opened() > index), 'every client to be back');
    const exit = await server.stop(signal);
    if (signal === 'SIGTERM') terminations.push(exit);
    await server.start();
    await publishing;
  }

  const log = await readLog(server, published.at(-1) ?? '');
  const known = new Set(log);
  const absent = published.filter((id) => !known.has(id));
  if (absent.length > 0) throw new Error(`The log has lost ${absent}, which were acknowledged.`);
  await until(
    () => clients.every(({ ids }) => ids.includes(log.at(-1) ?? '')),
    'the last event to reach every client',
  ).catch(() => undefined); // those that have not got it have lost it
  const statuses = clients.map(({ connection }) => connection.state.status);
  for (const { connection } of clients) connection.close();

  const sum = (measure: (client: Client) => number) =>
    clients.reduce((total, client) => total + measure(client), 0);
  return {
    lost: sum(({ ids }) => log.filter((id) => !ids.includes(id)).length),
    doubled: sum(({ ids }) => ids.length - new Set(ids).size),
    misplaced: sum(({ ids }) => ids.filter((id, index) => Number(ids[index - 1] ?? 0) > Number(id)).length),
    received: sum(({ ids }) => ids.length),
    resumptions: sum(({ opened }) => opened() - 1),
    gaps: sum(({ gaps }) => gaps()),
    terminations,
    statuses: [...new Set(statuses)],
  };
}

type Client = ReturnType<typeof startClient>;

function startClient({ origin, fetch }: RunningServer, index: number) {
  const ids: string[] = [];
  let opened = 0;
  let gaps = 0;
  const connection = createConnection(`${origin}/events`, {
    headers: { Authorization: `Bearer user-${index}` },
    fetch,
    events: ['notification'],
    closeOn: 'kicked',
    // So that what a server repeats is seen.
    replays: 'deliver',
    retryDelay: 50,
    maxRetryDelay: 200,
    maxRetries: Infinity,
    onGap: () => {
      gaps += 1;
    },
    // One half names the last event in the query.
    ...(index % 2 === 1 && { lastEventIdHeader: false, lastEventIdParam: 'lastEventId' }),
  });
  connection.on('*', ({ id }) => ids.push(id));
  connection.actor.on('opened', () => {
    opened += 1;
  });
  return { connection, ids, opened: () => opened, gaps: () => gaps };
}

/** One after another, until as many are acknowledged; one whose answer is lost may be in the log all the same. */
async function publishUpTo(server: RunningServer, published: string[], goal: number): Promise<void> {
  while (published.length < goal) {
    const name = published.length % 3 === 0 ? 'notification' : 'message';
    const id = await publish(server, { number: published.length }, name).catch(() => null);
    if (id) published.push(id);
    else await sleep(5);
  }
}

/** The IDs of the whole log, up to one. */
async function readLog(server: RunningServer, newest: string): Promise<string[]> {
  await using asked = await ask(server, { token: 'user-auditor', query: { lastEventId: '0' } });
  const ids: string[] = [];
  while (ids.at(-1) !== newest) {
    const block = await asked.nextEvent();
    if (block === null) throw new Error('The log ended.');
    ids.push(block['id'] ?? '');
  }
  return ids;
}

/** The connections to a port that have not ended, where the system tells. */
export function socketsOf(port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return ['/proc/net/tcp', '/proc/net/tcp6']
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, 'utf8').split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state = '']) => local.endsWith(`:${hex}`) && !over.includes(state)).length;
}

/** TIME_WAIT and LISTEN. */
const over = ['06', '0A'];
