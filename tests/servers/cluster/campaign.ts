import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright';
import { createConnection } from '../../../index.ts';
import { startSite } from '../../support/site.ts';
import { publish } from '../ask.ts';
import { measureLateness } from '../lateness.ts';
import type { PageReport } from './page.ts';
import { startTestCluster, type TestCluster } from './test-cluster.ts';

/** A disturbance, while events are published. */
export const disturbances = {
  'server 1 restarts': (cluster) => restart(cluster.servers[0]),
  'server 2 restarts': (cluster) => restart(cluster.servers[1]),
  'server 1 is killed': (cluster) => restart(cluster.servers[0], 'SIGKILL'),
  'server 2 is killed': (cluster) => restart(cluster.servers[1], 'SIGKILL'),
  'the proxy is reloaded': async (cluster) => {
    cluster.reload();
    // Until the old workers are told to end; see `configure`.
    await sleep(1_500);
  },
  'the proxy is killed': (cluster) => restart(cluster.proxy, 'SIGKILL'),
  'Redis restarts': (cluster) => restart(cluster.redis),
  'Redis is killed': (cluster) => restart(cluster.redis, 'SIGKILL'),
} satisfies Record<string, (cluster: TestCluster) => Promise<unknown>>;

export type Disturbance = keyof typeof disturbances;

export interface Campaign {
  readonly proxy: 'nginx' | 'haproxy' | 'caddy';
  readonly events: number;
  /** How many clients in Node; one half of them over HTTP/2, each with a connection of its own. */
  readonly clients: number;
  readonly pages: number;
  /** One after another, at even intervals. */
  readonly disturbances: readonly Disturbance[];
}

/** The result of a campaign, of all clients and pages together. */
export interface Outcome {
  readonly lost: number;
  readonly doubled: number;
  /** Events that came out of order. */
  readonly misplaced: number;
  readonly gaps: number;
  readonly statuses: readonly string[];
  /** Events that were acknowledged, and are not in the log. */
  readonly forgotten: number;
  /** The versions of HTTP that the pages had. */
  readonly protocols: readonly string[];
  readonly counts: {
    /** Events in the log, and how many of them came to anybody. */
    readonly logged: number;
    readonly received: number;
    /** Streams that were opened after each disturbance, and in all beside the first ones. */
    readonly reopened: readonly string[];
    readonly resumptions: number;
    /** From a SIGTERM to the end of a server at most, in milliseconds, without what the machine was busy with. */
    readonly slowestEnd: number;
  };
}

/** A client or a page. */
interface Listener {
  read(): Promise<Report>;
}

interface Report extends PageReport {
  /** The versions of HTTP that a page had. */
  readonly protocols: readonly string[];
}

export async function runCampaign(campaign: Campaign, browser: Browser): Promise<Outcome> {
  await using site = await startSite({
    script: new URL('page.ts', import.meta.url),
    pages: { '/': '<!doctype html><title>Page</title><script type="module" src="/page.js"></script>' },
  });
  await using cluster = await startTestCluster({
    proxy: campaign.proxy,
    env: { KEEP_ALIVE: '1000', ALLOWED_ORIGIN: site.origin },
    // Sooner than in production, so that streams are cut while somebody looks.
    configure: (text) => text.replace(/(worker_shutdown_timeout|hard-stop-after) 30s/, '$1 1s'),
  });
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const stopping = new AbortController();
  const clients = Array.from({ length: campaign.clients }, (_, index) => startClient(cluster, index));
  const pages: Listener[] = [];
  for (let index = 0; index < campaign.pages; index += 1) {
    const page = await context.newPage();
    await page.goto(site.origin);
    pages.push(await startPage(page, cluster.url, index));
  }
  const listeners = [...clients, ...pages];
  await all(listeners, ({ status }) => status === 'open', 'every stream to be open');

  const published: string[] = [];
  const publishing = publishAll(cluster, published, stopping.signal);
  const reopened: string[] = [];
  let slowestEnd = 0;
  let before = listeners.length;
  for (const [index, name] of campaign.disturbances.entries()) {
    const goal = (campaign.events * (index + 1)) / (campaign.disturbances.length + 1);
    while (published.length < goal) await sleep(5);
    const time = await disturbances[name](cluster);
    if (/server .* restarts/.test(name)) slowestEnd = Math.max(slowestEnd, Number(time));
    const newest = published.at(-1) ?? '';
    await all(listeners, ({ ids }) => ids.includes(newest), `everyone to have ${newest} after: ${name}`);
    const opened = (await readAll(listeners)).reduce((total, { opened }) => total + opened, 0);
    reopened.push(`${name}: ${opened - before}`);
    before = opened;
  }
  while (published.length < campaign.events) await sleep(5);
  stopping.abort();
  await publishing;

  const log = await cluster.readLog();
  const known = new Set(log);
  await all(listeners, ({ ids }) => ids.includes(log.at(-1) ?? ''), 'everyone to have the last event');
  const reports = await readAll(listeners);
  for (const { connection } of clients) connection.close();
  await context.close();
  const sum = (measure: (report: Report) => number) =>
    reports.reduce((total, report) => total + measure(report), 0);
  return {
    lost: sum(({ ids }) => log.length - new Set(ids).size),
    doubled: sum(({ ids }) => ids.length - new Set(ids).size),
    misplaced: sum(({ ids }) => ids.filter((id, index) => index > 0 && !isAfter(id, ids[index - 1])).length),
    gaps: sum(({ gaps }) => gaps),
    statuses: [...new Set(reports.map(({ status }) => status))],
    forgotten: published.filter((id) => !known.has(id)).length,
    protocols: [...new Set(reports.flatMap(({ protocols }) => protocols))],
    counts: {
      logged: log.length,
      received: sum(({ ids }) => ids.length),
      reopened,
      resumptions: sum(({ opened }) => opened - 1),
      slowestEnd: Math.round(slowestEnd),
    },
  };
}

async function restart(program: TestCluster['proxy'] | undefined, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') {
  const lateness = measureLateness(program?.pid);
  const time = (await program?.stop(signal)) ?? 0;
  const late = lateness();
  // For as long as a process takes to start on a machine with more to do.
  await sleep(500);
  await program?.start();
  return time - late;
}

function startClient(cluster: TestCluster, index: number) {
  const ids: string[] = [];
  let opened = 0;
  let gaps = 0;
  const connection = createConnection(cluster.url, {
    headers: { Authorization: `Bearer user-${index}` },
    // One half over HTTP/2, and the other over the HTTP/1.1 of Node.
    fetch: index % 2 === 0 ? cluster.http2Fetch() : fetch,
    events: ['notification'],
    closeOn: 'kicked',
    // So that what a server repeats is seen.
    replays: 'deliver',
    retryDelay: 50,
    maxRetryDelay: 500,
    maxRetries: Infinity,
    onGap: () => {
      gaps += 1;
    },
  });
  connection.on('*', ({ id }) => ids.push(id));
  connection.actor.on('opened', () => {
    opened += 1;
  });
  return {
    connection,
    read: async (): Promise<Report> => ({
      ids,
      status: connection.state.status,
      opened,
      gaps,
      protocols: [],
    }),
  };
}

async function startPage(page: Page, url: string, index: number): Promise<Listener> {
  const protocols = new Set<string>();
  const session = await page.context().newCDPSession(page);
  session.on('Network.responseReceived', ({ response: { url: from, protocol } }) => {
    if (from === url && protocol) protocols.add(protocol);
  });
  await session.send('Network.enable');
  await page.evaluate(([url, user]) => window.follow(url, user), [url, `user-page${index}`] as const);
  return {
    read: async () => ({ ...(await page.evaluate(() => window.report())), protocols: [...protocols] }),
  };
}

/** One after another, at a pace; one whose answer is lost may be in the log all the same. */
async function publishAll(cluster: TestCluster, published: string[], signal: AbortSignal): Promise<void> {
  for (let number = 0; !signal.aborted; number += 1) {
    const name = number % 3 === 0 ? 'notification' : 'message';
    const id = await publish(cluster, { number }, name).catch(() => null);
    if (id) published.push(id);
    await sleep(id ? 8 : 20);
  }
}

function readAll(listeners: readonly Listener[]): Promise<Report[]> {
  return Promise.all(listeners.map((listener) => listener.read()));
}

async function all(listeners: readonly Listener[], holds: (report: Report) => boolean, what: string) {
  const end = performance.now() + 60_000;
  for (const [index, listener] of listeners.entries()) {
    let report = await listener.read();
    while (!holds(report)) {
      if (performance.now() > end) {
        const { ids, ...state } = report;
        throw new Error(
          `Waited in vain for ${what}: listener ${index}, ${JSON.stringify(state)}, ${ids.length} events.`,
        );
      }
      await sleep(50);
      report = await listener.read();
    }
  }
}

function isAfter(id: string, other = ''): boolean {
  const [[time = 0, count = 0] = [], [otherTime = 0, otherCount = 0] = []] = [id, other].map((one) =>
    one.split('-').map(Number),
  );
  return time > otherTime || (time === otherTime && count > otherCount);
}
