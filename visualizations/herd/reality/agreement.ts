import { distanceBetween, perWindow } from '../simulation/figures.ts';
import { defaultPolicy } from '../simulation/policies.ts';
import { simulate } from '../simulation/simulate.ts';
import { documented } from '../tables/deploy-tables.ts';
import { count, percent } from '../tables/format.ts';
import type { Deploy, Measurement } from './measure.ts';

/** The real herd: the defaults through a deploy of 15 s. */
export const measured = { clients: 2_000, seconds: 15, spread: 120, processes: 2 } as const satisfies Deploy;

/** The real herd beside the simulated one. */
export interface Agreement {
  readonly measurement: Measurement;
  /** How many attempts the simulation expects of as many clients in each 100 ms. */
  readonly simulated: readonly number[];
  readonly text: string;
}

export function agreement(measurement: Measurement): Agreement {
  const { clients, seconds, attempts, gaveUp } = measurement;
  const herd = (size: number, seed: number) => {
    const run = simulate({ policy: defaultPolicy, clients: size, deploy: seconds * 1_000, seed });
    return perWindow(run.attempts, run.attempts.length).map((n) => (n * clients) / size);
  };
  const simulated = herd(documented.clients, documented.seed);
  const chance = Array.from({ length: 20 }, (_, n) => distanceBetween(herd(clients, n + 2), simulated));
  const perClient = (counts: readonly number[]) =>
    (counts.reduce((all, one) => all + one, 0) / clients).toFixed(2);
  const text = [
    `The two cumulative curves are at most ${percent(distanceBetween(attempts, simulated))} apart. Chance alone puts`,
    `simulated herds of ${count(clients)} up to ${percent(Math.max(...chance))} from it. Each client made`,
    `${perClient(attempts)} attempts on average, and ${perClient(simulated)} in the simulation; ${gaveUp} of the`,
    `${count(clients)} gave up.`,
  ].join('\n');
  return { measurement, simulated, text };
}
