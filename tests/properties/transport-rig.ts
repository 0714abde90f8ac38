import { createActor } from 'xstate';
import { connectionMachine } from '../../machines/connection.ts';
import { ConnectionError } from '../../machines/connection-error.ts';
import { fromEnvironment } from '../../machines/environment.ts';
import type { MessageBatch } from '../../machines/message.ts';
import type { ConnectionSettings } from '../../machines/settings.ts';
import { createTestClock } from '../../testing/clock.ts';
import { fromTransport } from '../../transports/from-transport.ts';
import type { Transport } from '../../transports/transport.ts';
import { Oracle } from './oracle.ts';
import type { Page } from './page.ts';
import type { Rig, SeenRequest } from './rig.ts';
import { SeenIds } from './seen-ids.ts';
import type { Around, Fault, Word } from './steps.ts';

/** The machine with the real transport actor and the real environment, over a server and a page that play. */
export function transportRig(settings: ConnectionSettings, around: Around, page: Page): Rig {
  const clock = createTestClock();
  const attempts: Answer[] = [];
  const requests: SeenRequest[] = [];
  const faults: unknown[] = [];
  const prepared = { actual: [] as Word[], expected: [] as Word[] };
  let refreshed = false;
  const spreads: number[] = [];
  const seen = new SeenIds();

  const oracle = new Oracle(settings, {
    now: clock.now,
    get hidden() {
      return page.hidden;
    },
    get offline() {
      return page.offline;
    },
    connectTimeout: around.connectTimeout,
    idleTimeout: around.idleTimeout,
    facts,
    watched: true,
  });
  /** Requests that are to be made, and what has yet to happen before. */
  let starting: { readonly refresh: boolean } | undefined;
  /** The credentials are newer than the last request. */
  let isRenewed = false;
  let hadMessages = false;
  let hasProgressed = false;
  let askedForLifeAt: number | undefined;
  oracle.onRequest = (refresh) => {
    starting = { refresh };
  };
  oracle.onDrop = () => {
    starting = undefined;
  };
  oracle.onCommand = (command) => {
    if (command === 'prove') askedForLifeAt = clock.now();
  };

  /** An attempt does nothing before its first microtask. */
  function begin({ refresh }: { readonly refresh: boolean }): void {
    starting = undefined;
    seen.rewind(oracle.lastEventId);
    const renews = refresh && around.refresh !== 'none' && !isRenewed;
    if (renews && around.refresh !== 'resolves') {
      oracle.requestFailed({ kind: 'unauthorized', unsent: true }, facts());
      return;
    }
    if (renews) isRenewed = true;
    oracle.ready(around.unsafe, around.resumable);
    if (!oracle.request) return;
    isRenewed = false;
    oracle.made(renews || pendingRefresh());
    const word = prepared.expected.shift();
    if (word) tell(word);
  }

  /** A refresh whose request was not wanted any more counts for the next one. */
  let unusedRefresh = false;
  function pendingRefresh(): boolean {
    const was = unusedRefresh;
    unusedRefresh = false;
    return was;
  }

  function facts() {
    return {
      random: 0,
      jittered: typeof around.jitter === 'number' && around.jitter >= 0 ? around.jitter : undefined,
      refreshable: around.refresh !== 'none',
      offline: page.offline,
    };
  }

  /** Through the newest request, or the stream that came of it. */
  function tell(word: Word): void {
    if (oracle.request) {
      if (word.say === 'accept') accept();
      if (word.say === 'fail') oracle.requestFailed(word.fault, facts());
    } else {
      tellStream(word);
    }
  }

  function accept(): void {
    hadMessages = hasProgressed = false;
    askedForLifeAt = undefined;
    oracle.accepted();
  }

  function tellStream(word: Word): void {
    if (!oracle.isOpen) return;
    if (word.say === 'deliver') deliver(word);
    if (word.say === 'fail') oracle.streamFailed(word.fault, facts());
    if (word.say === 'end') oracle.streamEnded(facts(), false, hadMessages);
  }

  function deliver({ ids, id, retry, name }: Word & { say: 'deliver' }): void {
    if (askedForLifeAt !== undefined && clock.now() - askedForLifeAt > 500) {
      askedForLifeAt = undefined;
      oracle.aliveAgain();
    }
    hadMessages ||= ids.length > 0;
    const last = name === 'bye' ? ids.at(-1) : undefined;
    const isNews = !hasProgressed && id !== '' && !seen.has(id);
    seen.add(ids, id);
    oracle.delivered(ids, last ?? id, retry);
    hasProgressed ||= isNews;
    if (isNews) oracle.progressed();
    if (name === 'expiring' && ids.length > 0) oracle.expires();
    if (last !== undefined) oracle.streamEnded(facts(), true, hadMessages);
  }

  const transport: Transport = ({ lastEventId }, signal) => {
    requests.push({ at: clock.now(), lastEventId, refresh: refreshed });
    refreshed = false;
    const word = prepared.actual.shift();
    if (word?.say === 'fail') throw thrown(word.fault);
    const answer = new Answer(signal, around.heedsItsSignal);
    attempts.push(answer);
    if (word) answer.say(word);
    return answer.accepted;
  };

  function jitter(delay: number): number {
    spreads.push(delay);
    if (around.jitter === 'throws') throw new Error('jitter');
    return Number(around.jitter);
  }

  function refresh(): unknown {
    if (around.refresh === 'throws') throw new Error('refresh');
    if (around.refresh === 'rejects') return Promise.reject(new Error('refresh'));
    refreshed = true;
    return undefined;
  }

  const { unsafe, resumable } = around;
  const logic = fromTransport(Object.assign(transport, { unsafe, resumable }), {
    clock,
    connectTimeout: around.connectTimeout,
    idleTimeout: around.idleTimeout,
    jitter: around.jitter === 'none' ? undefined : jitter,
    refresh: around.refresh === 'none' ? undefined : refresh,
    refreshOn: 'expiring',
    closeOn: ['bye'],
    replays: 'deliver',
    reportError: () => {},
  });
  const machine = connectionMachine.provide({
    actors: { transport: logic, environment: fromEnvironment(clock) },
  });
  const actor = createActor(machine, { input: settings, clock });

  return {
    actor,
    clock,
    oracle,
    requests,
    faults,
    get alive() {
      return Object.keys(actor.getSnapshot().children).filter((id) => id.startsWith('transport')).length;
    },
    say(word, by) {
      const over = attempts.filter(({ signal }) => signal.aborted);
      const alive = attempts.filter(({ signal }) => !signal.aborted);
      if ('facts' in word) clock.setRandom(word.facts.random);
      if (by === 'over') {
        over.at(-1)?.say(word);
      } else if (by === 'replaced' && alive.length > 1) {
        tellStream(word);
        alive[0]?.say(word);
      } else if (alive.length > 0) {
        tell(word);
        alive.at(-1)?.say(word);
      }
    },
    prepare(words) {
      prepared.actual.push(...words);
      prepared.expected.push(...words);
    },
    signal(signal) {
      page.signal(signal);
      oracle.signalled(signal);
      // Browsers say so twice.
      if (signal === 'page.frozen' || signal === 'page.resumed') oracle.signalled(signal);
    },
    async settle() {
      await new Promise<void>((resolve) => process.nextTick(resolve)); // after every microtask
      while (starting) begin(starting);
      const wanted = around.jitter === 'none' ? [] : oracle.spreads.splice(0);
      if (spreads.join() !== wanted.join()) faults.push(`asked to spread ${spreads}, not ${wanted}`);
      spreads.length = 0;
      if (attempts.some((attempt) => attempt.isLeaked)) faults.push('a late stream that nobody released');
    },
    stop: () => void actor.stop(),
  };
}

type Turn = { readonly batch: MessageBatch } | { readonly error: unknown } | 'end';
/** The answer of the server to one request. */
class Answer {
  readonly accepted: Promise<AsyncIterable<MessageBatch>>;
  readonly signal: AbortSignal;
  #accept = (_: AsyncIterable<MessageBatch>): void => {};
  #refuse = (_: unknown): void => {};
  #isAccepted = false;
  #isLate = false;
  #isReleased = false;
  #turns: Turn[] = [];
  #wake = (): void => {};

  constructor(signal: AbortSignal, heedsItsSignal: boolean) {
    this.signal = signal;
    this.accepted = new Promise((resolve, reject) => {
      this.#accept = resolve;
      this.#refuse = reject;
    });
    if (heedsItsSignal) signal.addEventListener('abort', () => this.#fail(new Error('aborted')));
  }

  /** Accepted after its request was given up, and still open. */
  get isLeaked(): boolean {
    return this.#isLate && !this.#isReleased;
  }

  say(word: Word): void {
    if (word.say === 'accept' && !this.#isAccepted) {
      this.#isAccepted = true;
      this.#isLate = this.signal.aborted;
      this.#accept({
        [Symbol.asyncIterator]: () => ({ next: () => this.#next(), return: () => this.#end() }),
      });
    }
    if (word.say === 'deliver') {
      const messages = word.ids.map((id, index) => {
        const event = index === word.ids.length - 1 ? (word.name ?? 'message') : 'message';
        return { event, data: '{}', id };
      });
      this.#take({ batch: { messages, lastEventId: word.id, retry: word.retry } });
    }
    if (word.say === 'fail') this.#fail(thrown(word.fault));
    if (word.say === 'end') this.#take('end');
  }

  #take(turn: Turn): void {
    if (this.#isAccepted) this.#turns.push(turn);
    this.#wake();
  }

  #fail(error: unknown): void {
    if (this.#isAccepted) this.#take({ error });
    else this.#refuse(error);
    this.#isAccepted = true;
  }

  async #next(): Promise<IteratorResult<MessageBatch>> {
    let turn = this.#turns.shift();
    while (turn === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      turn = this.#turns.shift();
    }
    if (turn === 'end') return { done: true, value: undefined };
    if ('error' in turn) throw turn.error;
    return { done: false, value: turn.batch };
  }

  async #end(): Promise<IteratorResult<MessageBatch>> {
    this.#isReleased = true;
    return { done: true, value: undefined };
  }
}

/** A thrown value that is no error of the package is a fault of the network. */
function thrown({ kind, status, retryAfter }: Fault): unknown {
  if (kind === 'network' && status === undefined && retryAfter === undefined) return undefined;
  return new ConnectionError(kind, '', { status, retryAfter });
}
