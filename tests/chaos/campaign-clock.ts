import type { ConnectionClock } from '../../machines/clock.ts';
import { createTestClock } from '../../testing/clock.ts';

/**
 * The time of a campaign: it moves by a millisecond after each beat, which is at most once in a turn of the
 * event loop. A busy machine makes it slow, but never lets a timeout pass while bytes wait to be read, which
 * would look like a fault that nobody caused.
 */
export class CampaignClock implements ConnectionClock, AsyncDisposable {
  readonly #clock = createTestClock();
  readonly now = this.#clock.now;
  readonly random = this.#clock.random;
  readonly setTimeout = this.#clock.setTimeout;
  readonly clearTimeout = this.#clock.clearTimeout;
  #stopped = false;
  #running: Promise<void>;

  /** @param beat What has to be over before the next millisecond. */
  constructor(beat: () => Promise<unknown>) {
    this.#running = this.#run(beat);
  }

  async #run(beat: () => Promise<unknown>): Promise<void> {
    while (!this.#stopped) {
      await beat();
      this.#clock.advance(1);
    }
  }

  /** Calls back again and again; `stop` ends it. */
  every(ms: number, callback: () => void): { stop(): void } {
    let timer: number;
    const wait = () => {
      timer = this.setTimeout(() => {
        wait();
        callback();
      }, ms);
    };
    wait();
    return { stop: () => this.clearTimeout(timer) };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.setTimeout(resolve, ms));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }
}
