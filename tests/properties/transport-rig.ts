import { createActor } from 'xstate';
import { connectionMachine } from '../../machines/connection.ts';
import { ConnectionError } from '../../machines/connection-error.ts';
import { fromEnvironment } from '../../machines/environment.ts';
import type { MessageBatch } from '../../machines/message.ts';
import type { ConnectionSettings } from '../../machines/settings.ts';
import { fromTransport } from '../../transports/from-transport.ts';
import type { Transport } from '../../transports/transport.ts';
import { TestClock } from '../support/test-clock.ts';
import { Oracle } from './oracle.ts';
import type { Page } from './page.ts';
import type { Rig, SeenRequest } from './rig.ts';
import type { Around, Fault, Word } from './steps.ts';

/** The machine with the real transport actor and the real environment, over a server and a page that play. */
export function transportRig(settings: ConnectionSettings, around: Around, page: Page): Rig {
  const clock = new TestClock();
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
  });
  let isStarting = false;
  oracle.onAttempt = () => {
    isStarting = true;
  };

  /** An attempt does nothing before its first microtask. */
  function begin(): void {
    isStarting = false;
    if (oracle.refreshed && around.refresh !== 'resolves') {
      oracle.failed({ kind: 'unauthorized' }, facts());
    } else {
      oracle.requested();
      const word = prepared.expected.shift();
      if (word) tell(word);
    }
  }

  function facts() {
    return {
      random: 0,
      jittered: typeof around.jitter === 'number' && around.jitter >= 0 ? around.jitter : undefined,
      unsafe: oracle.isOpen && around.unsafe,
      refreshable: around.refresh !== 'none',
      offline: page.offline,
    };
  }

  function tell(word: Word): void {
    if (word.say === 'accept') oracle.opened();
    if (word.say === 'deliver') oracle.delivered(word.ids, word.id, word.retry);
    if (word.say === 'fail') oracle.failed(word.fault, facts());
    if (word.say === 'end' && oracle.isOpen) oracle.failed({ kind: 'ended' }, facts(), true);
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
    say(word, late) {
      const over = attempts.filter(({ signal }) => signal.aborted);
      const isHeard = !late && over.length < attempts.length;
      if ('facts' in word) clock.draws = [word.facts.random];
      if (isHeard) tell(word);
      (late ? over.at(-1) : attempts.at(-1))?.say(word);
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
      while (isStarting && oracle.phase === 'connecting') begin();
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
      const messages = word.ids.map((id) => ({ event: 'message', data: '{}', id }));
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
