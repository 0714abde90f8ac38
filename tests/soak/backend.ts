import { ConnectionError } from '../../machines/connection-error.ts';
import type { MessageBatch } from '../../machines/message.ts';
import type { TextMessage } from '../../transports/transport.ts';
import { between, hour, keepAliveEvery, latency, minute, type Outage } from './schedule.ts';
import type { SimulationClock } from './simulation-clock.ts';

/** Callbacks by which the backend tells the test about a request, not the client. */
export interface RequestObserver {
  accepted(): void;
  cut(outage: Outage): void;
}

/** A server with a log of events to replay, which is deployed now and then. */
export class Backend {
  /** The events so far: the ID of each is its place, counted from 1. */
  readonly log: TextMessage[] = [];
  readonly streams = new Set<Stream>();
  readonly #clock: SimulationClock;
  readonly #random: () => number;
  #outage: Outage | undefined;

  constructor(clock: SimulationClock, outages: readonly Outage[], random: () => number) {
    this.#clock = clock;
    this.#random = random;
    for (const outage of outages) {
      clock.at(outage.from, () => this.#goDown(outage));
      clock.at(outage.to, () => {
        this.#outage = undefined;
      });
    }
    this.#keepAlive(clock.now);
    this.#publish();
  }

  /** The answer comes after a while, if the line still stands then. */
  answer(stream: Stream, lastEventId: string): void {
    this.#clock.at(this.#clock.now + Math.round(between(latency.least, latency.most, this.#random)), () => {
      if (this.#outage) return stream.refuse(refusal(this.#outage));
      const since = Number(lastEventId);
      if (stream.accept(lastEventId, this.log.slice(since))) this.streams.add(stream);
    });
  }

  #goDown(outage: Outage): void {
    this.#outage = outage;
    for (const stream of this.streams) stream.cut(outage);
    this.streams.clear();
  }

  #keepAlive(at: number): void {
    for (const stream of this.streams) stream.keepAlive();
    this.#clock.at(at + keepAliveEvery, () => this.#keepAlive(at + keepAliveEvery));
  }

  /** Somebody writes to the log now and then, also while the backend is down, and most of all then. */
  #publish(): void {
    const count = Math.ceil(3 * this.#random());
    const news = Array.from({ length: count }, (_, index): TextMessage => {
      const id = String(this.log.length + index + 1);
      return { event: 'message', data: id, id };
    });
    this.log.push(...news);
    for (const stream of this.streams) stream.deliver(news);
    const pause = this.#outage ? minute / 4 : hour;
    this.#clock.at(this.#clock.now - Math.log(1 - this.#random()) * pause, () => this.#publish());
  }
}

/** One request and the stream that answers it. */
export class Stream implements AsyncIterable<MessageBatch>, AsyncIterator<MessageBatch> {
  readonly accepted: Promise<AsyncIterable<MessageBatch>>;
  readonly #observer: RequestObserver;
  readonly #signal: AbortSignal;
  #accept = (_: AsyncIterable<MessageBatch>): void => {};
  #refuse = (_: unknown): void => {};
  #isLost = false;
  #queue: MessageBatch[] = [];
  #silence: MessageBatch = { messages: [], lastEventId: '' };
  #isOver = false;
  #error: unknown;
  #next: ((result: IteratorResult<MessageBatch>) => void) | undefined;
  #break: (reason: unknown) => void = () => {};

  constructor(signal: AbortSignal, observer: RequestObserver, onAbort: () => void) {
    this.#signal = signal;
    this.#observer = observer;
    this.accepted = new Promise((resolve, reject) => {
      this.#accept = resolve;
      this.#refuse = reject;
    });
    signal.addEventListener('abort', onAbort);
  }

  /** Whether the client has no reason to send another request: it still has this one, and it is not dead. */
  get isAlive(): boolean {
    return !this.#signal.aborted && !this.#isOver && !this.#isLost;
  }

  /** The machine went to sleep: nothing comes through any more, not even the end. */
  lose(): void {
    this.#isLost = true;
  }

  refuse(error: unknown): void {
    if (this.#isLost) return;
    this.#isOver = true;
    this.#refuse(error);
  }

  accept(lastEventId: string, missed: readonly TextMessage[]): boolean {
    if (this.#isLost || this.#signal.aborted) return false;
    this.#silence = { messages: [], lastEventId };
    this.#observer.accepted();
    this.#accept(this);
    if (missed.length > 0) this.deliver(missed);
    return true;
  }

  deliver(messages: readonly TextMessage[]): void {
    if (this.#isLost) return;
    const lastEventId = messages.at(-1)?.id ?? '';
    this.#silence = { messages: [], lastEventId };
    this.#take({ messages, lastEventId });
  }

  keepAlive(): void {
    if (!this.#isLost) this.#take(this.#silence);
  }

  cut(outage: Outage): void {
    if (this.#isLost) return;
    this.#isOver = true;
    this.#observer.cut(outage);
    if (!outage.isGraceful) this.#error = new TypeError('terminated');
    if (this.#error) this.#break(this.#error);
    else this.#next?.({ done: true, value: undefined });
  }

  next(): Promise<IteratorResult<MessageBatch>> {
    const value = this.#queue.shift();
    if (value) return Promise.resolve({ done: false, value });
    if (this.#error) return Promise.reject(this.#error);
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#next = resolve;
      this.#break = reject;
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #take(value: MessageBatch): void {
    if (this.#next) this.#next({ done: false, value });
    else this.#queue.push(value);
    this.#next = undefined;
  }
}

function refusal({ answer, retryAfter }: Outage): unknown {
  if (answer === 'refused') return new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } });
  const details = retryAfter > 0 ? { status: 503, retryAfter } : { status: 503 };
  return new ConnectionError('http', 'The server answered 503.', details);
}
