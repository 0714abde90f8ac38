import { ConnectionError } from '../../machines/connection-error.ts';
import { parseStream, type Reading } from '../../transports/stream/parse-stream.ts';
import type { Transport } from '../../transports/transport.ts';
import { between, latency } from './schedule.ts';
import type { SimulationClock } from './simulation-clock.ts';

/** The fate of one request. Times are in milliseconds. */
export interface Turn {
  /** The text of the stream; none for a refusal with 503. */
  readonly text: string | undefined;
  /** How long the stream stays open after that. */
  readonly lasts: number;
  /** Whether it breaks then, rather than being ended by the server. */
  readonly breaks?: boolean;
}

/** One request as the server saw it. */
export interface Visit {
  readonly at: number;
  readonly lastEventId: string;
  /** When its stream was over, or the refusal sent. */
  readonly overAt: number;
}

/** A server that ends every stream itself, and knows when each client asked and for what. */
export class PollingServer {
  readonly visits: Visit[] = [];
  readonly #clock: SimulationClock;
  readonly #random: () => number;
  readonly #turnOf: (visit: number, lastEventId: string) => Turn;

  constructor(
    clock: SimulationClock,
    random: () => number,
    turnOf: (visit: number, lastEventId: string) => Turn,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#turnOf = turnOf;
  }

  readonly transport: Transport = async ({ lastEventId }, signal) => {
    const { text, lasts, breaks = false } = this.#turnOf(this.visits.length, lastEventId);
    const at = this.#clock.now;
    const acceptedAt = at + Math.round(between(latency.least, latency.most, this.#random));
    const overAt = acceptedAt + (text === undefined ? 0 : lasts);
    this.visits.push({ at, lastEventId, overAt });
    await this.#sleepUntil(acceptedAt, signal);
    if (text === undefined) throw new ConnectionError('http', 'The server answered 503.', { status: 503 });

    const read = async (): Promise<Reading> => {
      if (!isSent) {
        isSent = true;
        return { text, done: false };
      }
      await this.#sleepUntil(overAt, signal);
      if (breaks) throw new TypeError('terminated');
      return { text: '', done: true };
    };
    let isSent = false;
    return parseStream(read, () => {}, {
      lastEventId,
      events: undefined,
      maxEventSize: 2 ** 16,
      maxFieldSize: 2 ** 12,
    });
  };

  #sleepUntil(time: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#clock.at(time, resolve);
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  }
}
