import type { Connection } from '../../adapters/connection.ts';
import { createConnection } from '../../adapters/create-connection.ts';
import type { ConnectionOptions } from '../../adapters/options.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type Backend, Stream } from './backend.ts';
import { Laptop } from './laptop.ts';
import { begin, between, type Night, type Outage, patience } from './schedule.ts';
import type { SimulationClock } from './simulation-clock.ts';

/** A time without a stream. */
export interface Absence {
  readonly cause: 'start' | Outage | Night;
  /** When the stream was cut, or the machine woke up. */
  from: number;
  to: number;
  /** When the requests were sent. */
  readonly requests: number[];
  exhausted: number;
  /** The last delay that the connection announced, in milliseconds. */
  lastDelay: number;
  /** Part of it was slept through. */
  slept: boolean;
}

/** An app with a connection on a laptop, and a record of how it fared. */
export class Client {
  readonly laptop: Laptop;
  readonly nights: readonly Night[];
  readonly absences: Absence[] = [];
  /** Descriptions of things that must never happen. */
  readonly faults: string[] = [];
  received = 0;
  requests = 0;
  /** Retries that were charged. */
  retries = 0;
  mostRetries = 0;
  readonly #connection: Connection;
  readonly #clock: SimulationClock;
  #absence: Absence | undefined;
  #stream: Stream | undefined;
  #isAsleep = false;

  constructor(
    clock: SimulationClock,
    backend: Backend,
    seed: number,
    options: ConnectionOptions,
    nights: readonly Night[],
  ) {
    this.#clock = clock;
    this.laptop = new Laptop(clock, seed);
    this.nights = nights;
    for (const night of nights) {
      clock.at(night.from, () => this.#sleep(night));
      clock.at(night.to, () => this.#wake(night));
    }
    this.#miss('start', begin);
    this.#connection = this.laptop.inside(() => this.#connect(backend, seed, options));
  }

  get status(): string {
    return this.#connection.state.status;
  }

  open(): void {
    this.laptop.inside(() => this.#connection.open());
  }

  dispose(): PromiseLike<void> {
    return this.laptop.inside(() => this.#connection[Symbol.asyncDispose]());
  }

  #connect(backend: Backend, seed: number, options: ConnectionOptions): Connection {
    const { laptop } = this;
    const connection = createConnection('https://soak.test/events', {
      ...options,
      immediate: false,
      parse: 'text',
      clock: laptop,
      reportError: (error) => this.faults.push(`reported ${error}`),
      transport:
        () =>
        ({ lastEventId }, signal) =>
          this.#request(backend, lastEventId, signal),
    });
    const chance = seededRandom(seed + 1_000_000);
    let status: string | undefined;
    connection.on('*', ({ id, data }) => {
      if (id !== data || Number(id) !== this.received + 1) this.faults.push(`${id} after ${this.received}`);
      this.received = Number(id);
    });
    connection.subscribe((state) => {
      this.mostRetries = Math.max(this.mostRetries, state.retries);
      // Opens it again, as the button of an app does.
      if (state.status === 'failed' && status !== 'failed') {
        const wait = between(patience.least, patience.most, chance);
        laptop.setTimeout(() => connection.open(), wait);
      }
      status = state.status;
    });
    connection.actor.on('failure', ({ retryDelay, retries }) => {
      if (retryDelay === null) return;
      const isCharged = retries > connection.state.retries;
      if (isCharged) this.retries += 1;
      if (isCharged && laptop.isOffline) this.faults.push('a retry is charged while there is no network');
      if (this.#absence) this.#absence.lastDelay = retryDelay;
    });
    connection.actor.on('gaveUp', ({ error }) => {
      if (error.kind !== 'exhausted') this.faults.push(`gave up: ${error.kind}`);
      if (this.#absence) this.#absence.exhausted += 1;
    });
    return connection;
  }

  #request(backend: Backend, lastEventId: string, signal: AbortSignal): Stream['accepted'] {
    if (this.#stream?.isAlive) this.faults.push('a request beside a stream that is alive');
    if (this.#isAsleep) this.faults.push('a request while asleep');
    if (Number(lastEventId) !== this.received) this.faults.push(`resumes after ${lastEventId}`);
    this.requests += 1;
    this.#absence?.requests.push(this.#clock.now);
    const stream: Stream = new Stream(
      signal,
      { accepted: () => this.#return(), cut: (outage) => this.#miss(outage, outage.from) },
      () => backend.streams.delete(stream),
    );
    this.#stream = stream;
    if (this.laptop.isOffline) stream.refuse(new TypeError('fetch failed'));
    else backend.answer(stream, lastEventId);
    return stream.accepted;
  }

  #miss(cause: Absence['cause'], from: number): void {
    this.#absence = { cause, from, to: from, requests: [], exhausted: 0, lastDelay: 0, slept: false };
    this.absences.push(this.#absence);
  }

  #return(): void {
    if (this.#absence) this.#absence.to = this.#clock.now;
    this.#absence = undefined;
  }

  #sleep(night: Night): void {
    this.laptop.sleep(night);
    this.#isAsleep = true;
    this.#stream?.lose();
  }

  #wake(night: Night): void {
    this.#isAsleep = false;
    if (this.#absence) {
      this.#absence.slept = true;
      this.#absence.from = night.to;
    } else this.#miss(night, night.to);
    this.laptop.wake(night);
  }
}
