import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { pageGlobals } from './laptop.ts';
import { firstWait, mostUnsent, requestBounds, sum, tolls } from './prediction.ts';
import {
  absencesAfterNights,
  absencesInDeploys,
  type Comparison,
  compare,
  deploysAwake,
  type Kind,
  table,
} from './record.ts';
import { end, hour, latency, minute, patience, second } from './schedule.ts';
import { Simulation } from './simulation.ts';

const seed = Number(process.env['SOAK_SEED'] ?? 1);
/** How many connections of each kind, 5 because 30 days of one cost a fifth of a second. */
const count = Number(process.env['SOAK_CONNECTIONS'] ?? 5);
const idleTimeout = 45 * second;

const kinds: readonly Kind[] = [
  { name: 'a desktop with the defaults', count, options: {}, sleeps: false, spread: 'full', notices: 0 },
  {
    name: 'a laptop with an idleTimeout',
    count,
    options: { idleTimeout },
    sleeps: true,
    spread: 'full',
    notices: idleTimeout,
  },
  {
    name: 'a laptop with an idleTimeout and decorrelated jitter',
    count,
    options: { idleTimeout, jitter: 'decorrelated' },
    sleeps: true,
    spread: 'decorrelated',
    notices: idleTimeout,
  },
  {
    name: 'a laptop with the defaults',
    count,
    options: {},
    sleeps: true,
    spread: 'full',
    notices: 20 * second, // a look at the wall clock every 15 s, and 5 s for a sign of life
  },
];

const simulation = new Simulation(seed, kinds);
const { outages } = simulation;
const everybody = simulation.clients.flat();
let statuses: string[] = [];
let published = 0;
/** The costs of the deploys for each kind. */
let costs: Comparison[] = [];
const left = { leftovers: 0, streams: 0, requests: 0 };

beforeAll(async () => {
  for (const [name, value] of Object.entries(pageGlobals)) vi.stubGlobal(name, value);
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // half of the time would go into stack traces that nobody reads
  simulation.open();
  await simulation.clock.runUntil(end);
  published = simulation.backend.log.length;
  statuses = everybody.map(({ status }) => status);
  const before = sum(everybody.map(({ requests }) => requests));
  await Promise.all(everybody.map((client) => client.dispose()));
  left.leftovers = sum(everybody.map(({ laptop }) => laptop.leftovers));
  left.streams = simulation.backend.streams.size;
  await simulation.clock.runUntil(end + hour);
  left.requests = sum(everybody.map(({ requests }) => requests)) - before;
  Error.stackTraceLimit = stackTraceLimit;
  costs = kinds.map(({ spread }, index) => compare(simulation.clients[index] ?? [], outages, spread));
}, 5 * minute);

afterAll(() => {
  vi.unstubAllGlobals();
  console.info(table(simulation, kinds, costs, seed));
});

describe('through 30 days with a deploy every six hours', () => {
  test('nothing happens that must never be, such as a request beside a stream that is alive', () => {
    expect(everybody.flatMap(({ faults }) => faults)).toEqual([]);
  });

  test('every event is delivered exactly once and in order', () => {
    expect(published).toBeGreaterThan(1_000);
    expect(new Set(everybody.map(({ received }) => received))).toEqual(new Set([published]));
  });

  test('everybody is connected in the end', () => {
    expect(new Set(statuses)).toEqual(new Set(['open']));
  });

  test('nothing is left once the connections are disposed of', () => {
    expect(left).toEqual({ leftovers: 0, streams: 0, requests: 0 });
  });
});

describe.each(kinds.map((kind, index) => ({ ...kind, index })))(
  '$name',
  ({ index, spread, sleeps, notices }) => {
    const clients = simulation.clients[index] ?? [];
    const inDeploys = () => clients.flatMap((client) => absencesInDeploys(client, outages));
    const afterNights = () => clients.flatMap((client) => absencesAfterNights(client, outages));

    test('never retries more often than it may', () => {
      expect(Math.max(...clients.map(({ mostRetries }) => mostRetries))).toBe(8);
    });

    test('loses its stream once in every deploy that it is awake for, and in nothing else', () => {
      for (const client of clients) {
        const deploys = absencesInDeploys(client, outages).map(({ outage }) => outage);
        expect(deploys).toEqual(deploysAwake(client, outages));
      }
    });

    test('sends as many requests in a deploy as the delays allow, no fewer and no more', () => {
      for (const { outage, absence } of inDeploys()) {
        const [least, most] = requestBounds(outage, spread);
        expect(absence.requests.length).toBeGreaterThanOrEqual(least);
        // Whoever opens it again begins with a request that is no retry.
        expect(absence.requests.length).toBeLessThanOrEqual(most + (most + 1) * absence.exhausted);
      }
    });

    test('is back after a deploy no later than its last delay, or a person, makes it wait', () => {
      for (const { outage, absence } of inDeploys()) {
        const last = absence.exhausted > 0 ? Math.max(absence.lastDelay, patience.most) : absence.lastDelay;
        expect(absence.to).toBeGreaterThanOrEqual(outage.to);
        expect(absence.to).toBeLessThanOrEqual(outage.to + last + latency.most);
        expect(absence.lastDelay).toBeLessThanOrEqual(30 * second + outage.retryAfter);
      }
    });

    test.each(tolls)('pays for the deploys what the policy predicts: %s', (toll) => {
      const { deviation } = compare(clients, outages, spread)[toll];
      expect(Math.abs(deviation)).toBeLessThan(4);
    });

    test('comes back from a drop at a time of its own', () => {
      const [earliest, latest] = firstWait(spread);
      const waits = inDeploys()
        .map(
          ({ outage, absence }) =>
            ((absence.requests[0] ?? 0) - outage.from - earliest) / (latest - earliest),
        )
        .sort((one, other) => one - other);
      // Kolmogorov and Smirnov: one even spread in a thousand is farther off than this.
      const farthest = Math.max(
        ...waits.map((wait, rank) =>
          Math.max(Math.abs(wait - rank / waits.length), Math.abs(wait - (rank + 1) / waits.length)),
        ),
      );
      expect(farthest).toBeLessThan(1.95 / Math.sqrt(waits.length));
    });

    test('reads on after a night with one request, as soon as it notices that the stream is dead', () => {
      for (const { night, absence } of afterNights()) {
        // Requests that are made without a network reach nobody.
        const sent = absence.requests.filter((at) => at >= night.to + night.offlineFor);
        expect(sent).toHaveLength(1);
        expect(absence.requests.length - 1).toBeLessThanOrEqual(mostUnsent(night.offlineFor));
        expect(absence.exhausted).toBe(0);
        const [, longest] = firstWait(spread);
        expect(absence.to - night.to).toBeLessThanOrEqual(
          notices + night.offlineFor + longest + latency.most,
        );
      }
    });

    test('gets over any coincidence of a night with a deploy', () => {
      const slept = clients.flatMap(({ absences }) => absences).filter((one) => one.slept);
      expect(slept.length).toBeGreaterThanOrEqual(sleeps ? count : 0);
      for (const absence of clients.flatMap(({ absences }) => absences)) {
        const worst = 90 * second + notices + patience.most + 40 * second + latency.most;
        expect(absence.to - absence.from).toBeGreaterThan(0);
        expect(absence.to - absence.from).toBeLessThanOrEqual(worst);
      }
    });
  },
);

test('clients that were dropped together do not come back together', () => {
  const seen = everybody.flatMap((client) => absencesInDeploys(client, outages));
  const byDay = outages.filter((outage) =>
    everybody.every((client) => deploysAwake(client, outages).includes(outage)),
  );
  expect(byDay.length).toBeGreaterThanOrEqual(60);
  for (const outage of byDay) {
    const dropped = seen.filter((one) => one.outage === outage);
    const first = dropped.map(({ absence }) => absence.requests[0] ?? 0);
    const back = dropped.map(({ absence }) => absence.to);
    expect(mostWithin(100, first)).toBeLessThan(everybody.length / 2);
    expect(mostWithin(second, back)).toBeLessThan(everybody.length / 2);
  }
});

function mostWithin(span: number, times: readonly number[]): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + span).length));
}
