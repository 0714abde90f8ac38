import { setTimeout as pause } from 'node:timers/promises';
import { quiet } from '../support/until.ts';
import { CampaignClock } from './campaign-clock.ts';
import { type Client, settings, startClient } from './client.ts';
import type { FaultPlan } from './fault-plan.ts';
import { startOrigin } from './origin.ts';
import { type Fault, type FaultProxy, startProxy } from './proxy.ts';
import { holdRefusingPort } from './refusing-port.ts';

export interface CampaignOptions {
  readonly seed: number;
  /** How many faults have to happen. */
  readonly faults: number;
  readonly clients: number;
}

export interface CampaignReport {
  readonly seed: number;
  readonly clients: number;
  /** How many exchanges ended in each way; `end` is not a fault. */
  readonly endings: Readonly<Partial<Record<Fault['kind'], number>>>;
  readonly faults: number;
  readonly attempts: number;
  /** The attempts that reached a proxy. */
  readonly requests: number;
  readonly published: number;
  readonly delivered: number;
  /** The longest that a stream or its socket outlived the request that replaced it, in ms of the campaign. */
  readonly longestHandOver: number;
  readonly seconds: number;
  /** What should never be, as sentences. */
  readonly complaints: readonly string[];
  /** What was drawn for each client, in the order of its attempts. */
  readonly plans: readonly (readonly FaultPlan[])[];
}

/** One client in so many is disposed of while faults still happen. */
const leavers = 4;

/** In milliseconds of the campaign: a few turns of the event loop. */
const longestAllowed = 20;

/** More than this tells nothing new. */
const mostComplaints = 100;

/** Runs clients through faults until enough have happened, lets them settle, and tells what went wrong. */
export async function runCampaign({
  seed,
  faults,
  clients: count,
}: CampaignOptions): Promise<CampaignReport> {
  const startedAt = performance.now();
  const deadline = startedAt + 60_000 + faults * 50;
  const socketsBefore = openSockets();
  const complaints: string[] = [];
  const complain = (complaint: string) => void complaints.push(complaint);
  const reject = (reason: unknown) => complain(`a rejection was not handled: ${describe(reason)}`);
  const except = (error: unknown) => complain(`an exception was not caught: ${describe(error)}`);
  process.on('unhandledRejection', reject).on('uncaughtException', except);

  async function until(condition: () => boolean, what: string): Promise<void> {
    while (!condition() && complaints.length < mostComplaints) {
      if (performance.now() > deadline) return complain(`waited in vain for ${what}`);
      await pause(20);
    }
  }

  const clock = new CampaignClock();
  const refusing = await holdRefusingPort();
  const origin = await startOrigin({ seed: seedOf(seed, count), clock, complain });
  const pairs = await Promise.all(
    Array.from({ length: count }, (_, index) => startPair(seedOf(seed, index), String(index))),
  );
  const early = pairs.filter((_, index) => index % leavers === leavers - 1);
  const late = pairs.filter((pair) => !early.includes(pair));

  async function startPair(pairSeed: number, name: string): Promise<Pair> {
    const tell = (fault: string) => complain(`client ${name}, attempt ${proxy.attempts}: ${fault}`);
    const ports = { originPort: origin.port, refusingPort: refusing.port };
    const proxy = await startProxy({ seed: pairSeed, clock, ...ports, limits: settings, complain: tell });
    const { url } = proxy;
    return {
      proxy,
      client: startClient({ name, seed: pairSeed, clock, url, log: origin.log, complain: tell }),
    };
  }

  const streamsOf = ({ client }: Pair) => origin.streams.get(client.name)?.size ?? 0;
  const isGone = (pair: Pair) => streamsOf(pair) === 0 && pair.proxy.busy === 0;

  await until(() => countFaults(pairs) >= faults, `${faults} faults`);
  for (const { client } of early) await client.dispose();
  await until(() => early.every(isGone), 'the sockets of those who left early');
  for (const { proxy } of pairs) proxy.calm();
  origin.fallSilent();
  await until(() => late.every(({ client }) => client.settled), 'every client to be open, with all events');
  await until(() => late.every((pair) => streamsOf(pair) === 1), 'one stream for each client');
  for (const { client } of late) await client.dispose();
  await until(() => late.every(isGone), 'the sockets of all to be closed');
  await quiet(50);
  for (const pair of pairs) checkRequests(pair, late.includes(pair), complain);
  const handOvers = pairs.map(({ proxy }) => proxy.longestHandOver);
  const longestHandOver = Math.max(origin.longestHandOver, ...handOvers);
  if (longestHandOver > longestAllowed) complain(`a socket outlived its successor by ${longestHandOver} ms`);

  for (const { proxy } of pairs) await proxy[Symbol.asyncDispose]();
  await origin[Symbol.asyncDispose]();
  await refusing[Symbol.asyncDispose]();
  clock[Symbol.dispose]();
  await until(() => openSockets() <= socketsBefore, 'the process to hold as many sockets as before');
  process.off('unhandledRejection', reject).off('uncaughtException', except);

  return {
    seed,
    clients: count,
    faults: countFaults(pairs),
    endings: countEndings(pairs),
    attempts: sum(pairs, ({ client }) => client.attempts),
    requests: sum(pairs, ({ proxy }) => proxy.requests),
    published: origin.log.length,
    delivered: sum(pairs, ({ client }) => client.events),
    longestHandOver,
    seconds: (performance.now() - startedAt) / 1_000,
    complaints,
    plans: pairs.map(({ proxy }) => proxy.plans.filter(({ place }) => place.after < Infinity)),
  };
}

/** Campaigns of neighbouring seeds share nothing. */
export function seedOf(seed: number, client: number): number {
  return seed * 1_000 + client;
}

interface Pair {
  readonly client: Client;
  readonly proxy: FaultProxy;
}

/** One attempt to begin with, and one for each exchange that the proxy saw end; no other. */
function checkRequests({ client, proxy }: Pair, stayed: boolean, complain: (text: string) => void): void {
  const allowed = 1 + proxy.log.length;
  const { attempts } = client;
  if (attempts > allowed || attempts !== proxy.attempts || (stayed && attempts < allowed)) {
    complain(`client ${client.name} made ${attempts} attempts where ${allowed} were allowed`);
  }
  if (proxy.requests > attempts) {
    complain(`client ${client.name} sent ${proxy.requests} requests in ${attempts} attempts`);
  }
}

function countEndings(pairs: readonly Pair[]): Partial<Record<Fault['kind'], number>> {
  const endings: Partial<Record<Fault['kind'], number>> = {};
  for (const { kind } of pairs.flatMap(({ proxy }) => proxy.log)) endings[kind] = (endings[kind] ?? 0) + 1;
  return endings;
}

function countFaults(pairs: readonly Pair[]): number {
  return sum(pairs, ({ proxy }) => proxy.log.filter(({ kind }) => kind !== 'end').length);
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
  const { seed, clients, faults, endings, attempts, requests, delivered, published, seconds } = report;
  const kinds = Object.entries(endings).sort(([, a], [, b]) => b - a);
  return [
    `seed ${seed}: ${clients} clients, ${faults} faults and ${endings.end ?? 0} ends in ${seconds.toFixed(1)} s`,
    `(${kinds.map(([kind, times]) => `${kind} ${times}`).join(', ')})`,
    `${attempts} attempts, ${requests} requests, ${delivered} events delivered of ${published} published`,
    `longest hand-over ${report.longestHandOver} ms, ${report.complaints.length} complaints`,
  ].join('; ');
}
