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
import type { Around, Fault, Word } from './steps.ts';

/** The machine with the real transport actor and the real environment, over a server and a page that play. */
export function transportRig(settings: ConnectionSettings, around: Around, page: Page): Rig {
  const clock = createTestClock();
  const attempts: Answer[] = [];
  const requests: SeenRequest[] = [];
  const faults: unknown[] = [];
  const prepared = { actual: [] as Word[], expected: [] as Word[] };
  let refreshed = false;
  let spread: number | undefined;

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
  let isStarting = false;
  oracle.onAttempt = () => {
    isStarting = true;
    if (around.unsafe) oracle.mayRepeatAnEffect();
  };
  /** The credentials were renewed for an attempt that has yet to be made. */
  let renewed = false;
  oracle.onReplace = (renews) => {
    if (renews && (oracle.successor || !oracle.renewable)) return;
    oracle.successor = { renews, due: Infinity };
    isStarting = true;
  };
  oracle.onProve = () => oracle.mustProve();

  /** An attempt does nothing before its first microtask. */
  function begin(): void {
    isStarting = false;
    const { successor } = oracle;
    const refreshes = around.refresh !== 'none' && (successor?.renews ?? oracle.refreshed);
    if (successor && around.connectTimeout > 0) successor.due = clock.now() + around.connectTimeout;
    if (refreshes && around.refresh !== 'resolves') {
      fail({ kind: 'unauthorized' });
    } else if (successor?.renews && !oracle.canOverlap) {
      renewed = refreshes;
      oracle.restarted();
    } else {
      oracle.requested(refreshes || renewed);
      renewed = false;
      const word = prepared.expected.shift();
      if (word) tell(word);
    }
  }

  /** The newest request fails, or the stream that came of it. */
  function fail(fault: Fault): void {
    if (oracle.successor?.renews) oracle.notRenewed(fault.retryAfter);
    else oracle.failed(fault, facts());
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
    const isOpen = oracle.isOpen && !oracle.successor;
    if (word.say === 'accept' && !isOpen) oracle.opened();
    if (word.say === 'deliver' && isOpen) deliver(word);
    if (word.say === 'fail') fail(word.fault);
    if (word.say === 'end' && isOpen) oracle.failed({ kind: 'ended' }, facts(), true);
  }

  /** Through the stream that is to be replaced. */
  function tellReplaced(word: Word): void {
    if (word.say === 'deliver') deliver(word);
    if (word.say === 'end' && oracle.successor?.renews) oracle.failed({ kind: 'ended' }, facts(), true);
    else if (word.say === 'fail' || word.say === 'end') oracle.lost();
  }

  function deliver({ ids, id, retry, name }: Word & { say: 'deliver' }): void {
    const last = name === 'bye' ? ids.at(-1) : undefined;
    oracle.delivered(ids, last ?? id, retry);
    if (name === 'expiring' && ids.length > 0) oracle.expires();
    if (last !== undefined) oracle.failed({ kind: 'ended' }, facts(), true, true);
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
    spread = delay;
    if (around.jitter === 'throws') throw new Error('jitter');
    return Number(around.jitter);
  }

  function refresh(): unknown {
    if (around.refresh === 'throws') throw new Error('refresh');
    if (around.refresh === 'rejects') return Promise.reject(new Error('refresh'));
    refreshed = true;
    return undefined;
  }

  const logic = fromTransport(Object.assign(transport, { unsafe: around.unsafe }), {
    clock,
    connectTimeout: around.connectTimeout,
    idleTimeout: around.idleTimeout,
    jitter: around.jitter === 'none' ? undefined : jitter,
    refresh: around.refresh === 'none' ? undefined : refresh,
    refreshOn: 'expiring',
    closeOn: ['bye'],
    reportError: () => {},
  });
  const machine = connectionMachine.provide({
    actors: { transport: logic, environment: fromEnvironment(clock.now) },
  });
  const actor = createActor(machine, { input: settings, clock });

  return {
    actor,
    clock,
    oracle,
    requests,
    faults,
    get alive() {
      return attempts.filter(({ signal }) => !signal.aborted).length;
    },
    say(word, by) {
      const over = attempts.filter(({ signal }) => signal.aborted);
      const alive = attempts.filter(({ signal }) => !signal.aborted);
      if ('facts' in word) clock.setRandom(word.facts.random);
      if (by === 'over') {
        over.at(-1)?.say(word);
      } else if (by === 'replaced' && alive.length > 1) {
        tellReplaced(word);
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
    },
    async settle() {
      await new Promise<void>((resolve) => process.nextTick(resolve)); // after every microtask
      while (isStarting && (oracle.phase === 'connecting' || oracle.successor)) begin();
      if (spread !== undefined && Math.abs(spread - oracle.spread) > 0.5)
        faults.push(`asked to spread ${spread}, not ${oracle.spread}`);
      spread = undefined;
      if (attempts.some((attempt) => attempt.isLeaked)) faults.push('a late stream that nobody released');
    },
    stop: () => void actor.stop(),
  };
}

type Turn = { readonly batch: MessageBatch } | { readonly error: unknown } | 'end';

/** What the server does with one request. */
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

/** Whatever is thrown that is no error of the package is a fault of the network. */
function thrown({ kind, status, retryAfter }: Fault): unknown {
  if (kind === 'network' && status === undefined && retryAfter === undefined) return undefined;
  return new ConnectionError(kind, '', { status, retryAfter });
}
