import type { ConnectionOptions } from '../../adapters/options.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { Backend } from './backend.ts';
import { Client } from './client.ts';
import { begin, drawNights, drawOutages, type Outage } from './schedule.ts';
import { SimulationClock } from './simulation-clock.ts';

/** Some clients of one kind. */
export interface Population {
  readonly count: number;
  readonly options: ConnectionOptions;
  /** Whether their machines sleep at night. */
  readonly sleeps: boolean;
}

/** One backend and all its clients. */
export class Simulation {
  readonly clock = new SimulationClock(begin);
  readonly outages: readonly Outage[];
  readonly backend: Backend;
  /** By population. */
  readonly clients: readonly (readonly Client[])[];

  constructor(seed: number, populations: readonly Population[]) {
    const random = seededRandom(seed);
    this.outages = drawOutages(random);
    this.backend = new Backend(this.clock, this.outages, seededRandom(seed + 1));
    let number = 100 * seed;
    this.clients = populations.map(({ count, options, sleeps }) =>
      Array.from({ length: count }, () => {
        number += 1;
        const nights = sleeps ? drawNights(random) : [];
        return new Client(this.clock, this.backend, number, options, nights);
      }),
    );
  }

  open(): void {
    for (const client of this.clients.flat()) client.open();
  }
}
