import { TestClock } from '../support/test-clock.ts';

/**
 * The time of a campaign: it moves by a millisecond, at most once in a turn of the event loop. A busy machine
 * makes it slow, but never lets a timeout pass while bytes wait to be read, which would look like a fault that
 * nobody caused.
 */
export class CampaignClock extends TestClock implements Disposable {
  #ticking = setInterval(() => this.advance(1), 1);

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

  [Symbol.dispose](): void {
    clearInterval(this.#ticking);
  }
}
