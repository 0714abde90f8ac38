import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '../support/seeded-random.ts';
import { quiet, until as settle } from '../support/until.ts';
import { openChromiumHost } from './client/chromium-host.ts';
import { type ClientPlan, settings, signOfLife, type Watcher } from './client/client.ts';
import { openNodeHost, type RemoteClient } from './client/node-host.ts';
import { drawFrom } from './draw.ts';
import type { Sight } from './oracle/verdict.ts';
import { createManner, type Manner } from './origin/manners.ts';
import { startOrigin } from './origin/origin.ts';
import type { FaultPlan } from './proxy/fault-plan.ts';
import { type Fault, type FaultProxy, startProxy } from './proxy/proxy.ts';
import { type Role, rolesOf } from './roles.ts';

/** Where the clients run, and what carries their streams. */
export const scenes = ['node', 'chromium-fetch', 'chromium-native'] as const;
export type Scene = (typeof scenes)[number];

export interface CampaignOptions {
  readonly scene: Scene;
  readonly seed: number;
  /** How many faults have to happen. */
  readonly faults: number;
  readonly clients: number;
}

export interface CampaignReport extends CampaignOptions {
  /** How many exchanges ended in each way; `end` is not a fault. */
  readonly endings: Readonly<Partial<Record<Fault['kind'], number>>>;
  /** How many times the apps did each thing. */
  readonly commands: Readonly<Record<string, number>>;
  readonly attempts: number;
  /** The attempts that reached a proxy. */
  readonly requests: number;
  /** Those of them that would have an effect each. */
  readonly posts: number;
  readonly preflights: number;
  /** The requests that arrived beside the stream that they were to replace. */
  readonly overlaps: number;
  readonly published: number;
  readonly delivered: number;
  /** How many messages the clients of each role were handed. */
  readonly byRole: Readonly<Record<string, number>>;
  /** The longest that a socket outlived the request that replaced it, in ms of the campaign. */
  readonly longestHandOver: number;
  readonly seconds: number;
  /** Sentences about things that should never happen. */
  readonly complaints: readonly string[];
  /** The plans that were drawn for each client, in the order of its attempts. */
  readonly plans: readonly (readonly FaultPlan[])[];
}

/** One client in so many is disposed of while faults still happen. */
const leavers = 5;

/** More than this tells nothing new. */
const mostComplaints = 100;

const comments = [':\n\n', ': here\r\n', ':\n'] as const;

/** Runs clients through faults until enough have happened, lets them settle, and tells what went wrong. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const { scene, seed, faults, clients: count } = options;
  const startedAt = performance.now();
  const socketsBefore = openSockets();
  const complaints: string[] = [];
  const commands: Record<string, number> = {};
  const complain = (complaint: string) => void complaints.push(complaint);
  const reject = (reason: unknown) => complain(`a rejection was not handled: ${describe(reason)}`);
  const except = (error: unknown) => complain(`an exception was not caught: ${describe(error)}`);
  process.on('unhandledRejection', reject).on('uncaughtException', except);

  async function until(condition: () => boolean, what: string): Promise<void> {
    while (!condition() && complaints.length < mostComplaints) {
      if (clock.now() > deadline) return complain(`waited in vain for ${what}: ${standOf(pairs)}`);
      await pause(20);
    }
  }

  const inNode = scene === 'node';
  const sight: Sight = scene === 'chromium-native' ? 'events' : 'everything';
  const host = inNode ? openNodeHost() : await openChromiumHost(complain);
  const { clock } = host;
  /** In milliseconds of the campaign, so that a busy machine has all the time that it needs. */
  const deadline = clock.now() + 5_000 + faults * 50;
  const signs = sight === 'events' ? ([`event: ${signOfLife}\ndata\n\n`] as const) : comments;
  const origin = await startOrigin({ seed: seedOf(seed, count), clock, signs, complain });
  const pairs = await Promise.all(Array.from({ length: count }, (_, index) => startPair(index)));
  const early = pairs.filter((_, index) => index % leavers === leavers - 1);
  const late = pairs.filter((pair) => !early.includes(pair));

  async function startPair(index: number): Promise<Pair> {
    const roles: readonly Role[] = rolesOf[scene];
    const role = roles[index % roles.length] ?? aLog;
    const name = String(index);
    const plan: ClientPlan = {
      name,
      seed: seedOf(seed, index),
      transport: sight === 'events' ? 'native' : 'fetch',
      role,
      // Of every role some are and some are not, once there are twice as many clients as roles.
      restless: (index + (roles.length % 2 === 0 ? Math.floor(index / roles.length) : 0)) % 2 === 1,
    };
    const tell = (fault: string) => {
      const { plans, log } = proxy;
      const circumstances = `attempt ${plans.length} (${plans.at(-1)?.kind}) after ${log.at(-1)?.kind ?? 'nothing'}`;
      complain(`${scene}, client ${name} (${role.name}), ${circumstances}: ${fault}`);
    };
    const manner = createManner({
      log: origin.log,
      role,
      sight,
      draw: drawFrom(seededRandom(plan.seed + 3)),
      onNews: () => proxy.oracle.progress(),
      onFarewell: () => proxy.finish(),
      complain: tell,
    });
    origin.serve(name, manner);
    const proxy = await startProxy({
      ...plan,
      clock,
      originPort: origin.port,
      limits: settings,
      sight,
      resends: !inNode,
      skew: host.skew,
      manner,
      complain: tell,
    });
    const shown = { settled: false };
    const watcher: Watcher = {
      url: proxy.url,
      deliver: manner.receive,
      show(state) {
        shown.settled = state.settled;
        manner.show(state);
      },
      tell(news) {
        switch (news.type) {
          case 'command':
            commands[news.command] = (commands[news.command] ?? 0) + 1;
            return proxy.command(news.command);
          case 'refresh':
            commands['refresh'] = (commands['refresh'] ?? 0) + Number(news.step === 'began');
            return proxy.oracle.refresh(news.step);
          case 'rest':
            return proxy.rest(news.rest);
          case 'begun':
            return manner.begin();
          case 'opened':
            return manner.hear('opened');
          case 'gap':
            return news.reason === 'forgotten' ? proxy.oracle.forget() : manner.hear('gap');
          case 'complaint':
            return tell(news.text);
        }
      },
    };
    return { name, role, proxy, manner, shown, client: await host.start(plan, watcher) };
  }

  const streamsOf = ({ name }: Pair) => origin.streams.get(name)?.size ?? 0;
  const isGone = (pair: Pair) => streamsOf(pair) === 0 && pair.proxy.busy === 0;

  await until(() => countFaults(pairs) >= faults, `${faults} faults`);
  for (const { client } of early) await client.dispose();
  await until(() => early.every(isGone), 'the sockets of those who left early');
  for (const { client, proxy } of late) {
    await client.calm();
    proxy.calm();
  }
  origin.fallSilent();
  await until(
    () => late.every(({ shown, manner }) => shown.settled && manner.isComplete),
    'every client to be open, with all events',
  );
  await until(() => late.every((pair) => streamsOf(pair) === 1), 'one stream for each client');
  for (const { client } of late) await client.dispose();
  await until(() => late.every(isGone), 'the sockets of all to be closed');
  await quiet(50);
  for (const { name, proxy } of pairs) {
    const { attempts } = proxy.oracle;
    if (proxy.requests > attempts)
      complain(`client ${name} sent ${proxy.requests} requests in ${attempts} attempts`);
  }
  const longestHandOver = Math.max(...pairs.map(({ proxy }) => proxy.longestHandOver));

  await host[Symbol.asyncDispose]();
  for (const { proxy } of pairs) await proxy[Symbol.asyncDispose]();
  await origin[Symbol.asyncDispose]();
  await settle(() => openSockets() <= socketsBefore, 'the process to hold as many sockets as before');
  process.off('unhandledRejection', reject).off('uncaughtException', except);

  return {
    ...options,
    faults: countFaults(pairs),
    endings: countEndings(pairs),
    commands,
    attempts: sum(pairs, ({ proxy }) => proxy.oracle.attempts),
    requests: sum(pairs, ({ proxy }) => proxy.requests),
    posts: sum(pairs, ({ proxy }) => proxy.posts),
    preflights: sum(pairs, ({ proxy }) => proxy.preflights),
    overlaps: sum(pairs, ({ proxy }) => proxy.overlaps),
    published: origin.log.length,
    delivered: sum(pairs, ({ manner }) => manner.count),
    byRole: countByRole(pairs),
    longestHandOver,
    seconds: (performance.now() - startedAt) / 1_000,
    complaints,
    plans: pairs.map(({ proxy }) => proxy.plans.filter(({ place }) => place.after < Infinity)),
  };
}

const aLog: Role = { name: 'a log', method: 'GET', manner: 'log' };

/** Campaigns of neighbouring seeds share nothing. */
export function seedOf(seed: number, client: number): number {
  return seed * 1_000 + client;
}

interface Pair {
  readonly name: string;
  readonly role: Role;
  readonly client: RemoteClient;
  readonly manner: Manner;
  /** The state of the connection. */
  readonly shown: { settled: boolean };
  readonly proxy: FaultProxy;
}

/** Describes the state of every client, for a person who has to find out why it does not go on. */
function standOf(pairs: readonly Pair[]): string {
  const stands = pairs.map(({ name, role, manner, shown, proxy: { plans, log, oracle, busy } }) => {
    const last = `attempt ${plans.length} (${plans.at(-1)?.kind}) after ${log.at(-1)?.kind}`;
    const stand = `${oracle.unended ? 'under way' : 'ended'}, ${shown.settled ? 'open' : 'not open'}`;
    return `${name} (${role.name}): ${last}, ${stand}, ${busy} sockets, ${manner.stand}`;
  });
  return `\n${stands.join('\n')}`;
}

function countEndings(pairs: readonly Pair[]): Partial<Record<Fault['kind'], number>> {
  const endings: Partial<Record<Fault['kind'], number>> = {};
  for (const { kind } of pairs.flatMap(({ proxy }) => proxy.log)) endings[kind] = (endings[kind] ?? 0) + 1;
  return endings;
}

function countFaults(pairs: readonly Pair[]): number {
  return sum(pairs, ({ proxy }) => proxy.log.filter(({ kind }) => kind !== 'end').length);
}

function countByRole(pairs: readonly Pair[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { role, manner } of pairs) counts[role.name] = (counts[role.name] ?? 0) + manner.count;
  return counts;
}

function sum(pairs: readonly Pair[], value: (pair: Pair) => number): number {
  return pairs.reduce((total, pair) => total + value(pair), 0);
}

/** The TCP sockets and listeners that keep this process alive. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCP')).length;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The report in one line. */
export function summaryOf(report: CampaignReport): string {
  const { scene, seed, clients, faults, endings, commands, attempts, requests, preflights } = report;
  return [
    `${scene}, seed ${seed}: ${clients} clients, ${faults} faults and ${endings.end ?? 0} ends in ${report.seconds.toFixed(1)} s`,
    `(${listOf(endings)})`,
    `commands: ${listOf(commands)}`,
    `${attempts} attempts, ${requests} requests, ${report.posts} of them POSTs, ${preflights} preflights, ${report.overlaps} beside a stream`,
    `${report.delivered} events delivered of ${report.published} published`,
    `longest hand-over ${report.longestHandOver} ms, ${report.complaints.length} complaints`,
  ].join('; ');
}

function listOf(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return entries.map(([name, times]) => `${name} ${times}`).join(', ');
}
