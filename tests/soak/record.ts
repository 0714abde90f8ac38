import type { Absence, Client } from './client.ts';
import { predict, type Spread, sum, type Toll } from './prediction.ts';
import { minute, type Night, type Outage, second } from './schedule.ts';
import type { Population, Simulation } from './simulation.ts';

export interface Kind extends Population {
  readonly name: string;
  readonly spread: Spread;
  /** How long a stream that died in the sleep may go unnoticed, in milliseconds. */
  readonly notices: number;
}

/** The deploys that no sleep of a client came near to: what they cost can be predicted. */
export function deploysAwake({ nights }: Client, outages: readonly Outage[]): Outage[] {
  return outages.filter(({ from }) =>
    nights.every((night) => from + 20 * minute < night.from || from - 5 * minute > night.to),
  );
}

/** The absences of a client in these deploys. */
export function absencesInDeploys(
  client: Client,
  outages: readonly Outage[],
): { outage: Outage; absence: Absence }[] {
  const awake = new Set(deploysAwake(client, outages));
  return client.absences.flatMap((absence) => {
    const { cause } = absence;
    return cause !== 'start' && 'answer' in cause && awake.has(cause) ? [{ outage: cause, absence }] : [];
  });
}

/** The absences of a client after the nights that neither began nor ended near a deploy. */
export function absencesAfterNights(
  { absences }: Client,
  outages: readonly Outage[],
): { night: Night; absence: Absence }[] {
  const isCalm = (time: number) =>
    outages.every(({ from }) => time < from - 5 * minute || time > from + 20 * minute);
  return absences.flatMap((absence) => {
    const { cause } = absence;
    const isNight = cause !== 'start' && 'tells' in cause && isCalm(cause.from) && isCalm(cause.to);
    return isNight ? [{ night: cause, absence }] : [];
  });
}

/** The mean of a deploy, and how far the sum of all is from what was predicted, in standard deviations. */
interface Cost {
  readonly actual: number;
  readonly predicted: number;
  readonly deviation: number;
}

export type Comparison = Readonly<Record<keyof Toll, Cost>> & { readonly deploys: number };

/** Compares the costs of the deploys for some clients with the predicted ones. */
export function compare(clients: readonly Client[], outages: readonly Outage[], spread: Spread): Comparison {
  const seen = clients.flatMap((client) => absencesInDeploys(client, outages));
  const predicted = outages.map((outage) =>
    predict(outage, spread, seen.filter((one) => one.outage === outage).length),
  );
  const row = (toll: keyof Toll, cost: (absence: Absence) => number): Cost => {
    const actual = sum(seen.map(({ absence }) => cost(absence)));
    const mean = sum(predicted.map((one) => one[toll].mean));
    const variance = sum(predicted.map((one) => one[toll].variance));
    return {
      actual: actual / seen.length,
      predicted: mean / seen.length,
      deviation: (actual - mean) / Math.sqrt(variance),
    };
  };
  return {
    deploys: seen.length,
    requests: row('requests', ({ requests }) => requests.length),
    away: row('away', ({ from, to }) => to - from),
    exhausted: row('exhausted', ({ exhausted }) => exhausted),
  };
}

/** The result of each kind of client, as a table in Markdown; in brackets what was predicted. */
export function table(
  { clients, outages }: Simulation,
  kinds: readonly Kind[],
  costs: readonly Comparison[],
  seed: number,
): string {
  const rows = costs.map(({ requests, away, exhausted, deploys }, index) => {
    const these = clients[index] ?? [];
    const nights = these.flatMap((client) => absencesAfterNights(client, outages));
    const blind = nights.map(({ night, absence }) => absence.to - night.to);
    const each = (value: (client: Client) => number) => (sum(these.map(value)) / these.length).toFixed(0);
    return [
      kinds[index]?.name,
      `${these.length}`,
      `${deploys}`,
      `${requests.actual.toFixed(2)} (${requests.predicted.toFixed(2)})`,
      `${(away.actual / second).toFixed(1)} s (${(away.predicted / second).toFixed(1)} s)`,
      `${(100 * exhausted.actual).toFixed(1)} % (${(100 * exhausted.predicted).toFixed(1)} %)`,
      each((client) => client.requests),
      each((client) => client.retries),
      nights.length === 0
        ? '-'
        : `${(sum(blind) / blind.length / second).toFixed(1)} s, ${(Math.max(...blind) / second).toFixed(1)} s`,
    ];
  });
  const head = [
    `30 days, seed ${seed}`,
    'clients',
    'deploys',
    'requests a deploy',
    'not open a deploy',
    'gave up a deploy',
    'requests',
    'retries',
    'blind after a night: mean, longest',
  ];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
