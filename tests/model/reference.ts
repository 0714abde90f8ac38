import type { ConnectionOptions, Message } from '../../index.ts';
import { defaultSettings } from '../../machines/settings.ts';
import type { Deed } from '../../testing/paths/deeds.ts';
import type { ExpectedState } from '../../testing/paths/step.ts';
import type { ScriptedRequest } from '../../testing/scripted.ts';
import { Oracle } from '../properties/oracle.ts';
import type { Facts, Fault, Signal } from '../properties/steps.ts';

/** What can be seen of a connection, and counted at its server and its clock. */
export interface Sight extends ExpectedState {
  /** How many requests have no answer yet. */
  readonly waiting: number;
  /** How many sockets are open. */
  readonly sockets: number;
  /** What the last request asked for, as in `GET` and `POST after 2`. */
  readonly asked: string;
  /** How long the stream has been open, in milliseconds; null when there is none. */
  readonly openFor: number | null;
  /** All messages that have reached the app, as {@link transcriptOf} has them. */
  readonly messages: string;
  /** How many timers are pending. */
  readonly timers: number;
}

/** A message as it stands in a transcript. */
export function transcriptOf({ event, data, id }: Message): string {
  return `[${event}/${id}/${data}]`;
}

/** What a request asks for. */
export function askedBy({ method, lastEventId }: Pick<ScriptedRequest, 'method' | 'lastEventId'>): string {
  return lastEventId === '' ? method : `${method} after ${lastEventId}`;
}

const statuses: Record<Oracle['phase'], ExpectedState['status']> = {
  connecting: 'connecting',
  fresh: 'open',
  stable: 'open',
  waiting: 'backoff',
  offline: 'backoff',
  failed: 'failed',
  inactive: 'closed',
  paused: 'closed',
};

const kinds: Record<number, Fault['kind']> = {
  200: 'content-type',
  204: 'ended',
  401: 'unauthorized',
  403: 'forbidden',
};

const signals: Record<string, Signal> = {
  offline: 'network.offline',
  online: 'network.online',
  hide: 'page.hidden',
  show: 'page.visible',
  freeze: 'page.frozen',
  resume: 'page.resumed',
};

/**
 * What must be seen of a connection after each step of a path, told without the statechart: the paths come from
 * it, and would follow it into any mistake.
 */
export class Reference {
  readonly #oracle: Oracle;
  readonly #options: ConnectionOptions;
  readonly #native: boolean;
  readonly #unsafe: boolean;
  readonly #refreshesInSteps: boolean;
  #now = 0;
  #hidden = false;
  #offline = false;
  /** An attempt is to be made, or its credentials are being renewed, or its request waits for an answer. */
  #attempt: 'none' | 'starting' | 'renewing' | 'waiting' = 'none';
  #requests = 0;
  #asked = '';
  #messages = '';

  constructor(options: ConnectionOptions, { refreshesInSteps = false, native = false } = {}) {
    this.#options = options;
    this.#native = native;
    this.#unsafe = options.method === 'POST';
    this.#refreshesInSteps = refreshesInSteps;
    const settings = { ...defaultSettings, ...(options as object) };
    const here = this;
    this.#oracle = new Oracle(settings, {
      now: () => this.#now,
      get hidden() {
        return here.#hidden;
      },
      get offline() {
        return here.#offline;
      },
      connectTimeout: options.connectTimeout ?? 15_000,
      idleTimeout: 0,
      facts: () => this.#facts(),
      watched: true,
    });
    this.#oracle.onAttempt = () => {
      this.#attempt = 'starting';
      if (this.#unsafe) this.#oracle.mayRepeatAnEffect();
    };
    this.#oracle.onReplace = (renews) => {
      if (renews && (this.#oracle.successor || !this.#oracle.renewable)) return;
      this.#oracle.successor = { renews, due: Infinity };
      this.#attempt = 'starting';
    };
    this.#oracle.onProve = () => this.#oracle.mustProve();
    this.#oracle.start();
    this.#rest();
  }

  get sight(): Sight {
    const oracle = this.#oracle;
    const openStreams = Number(oracle.isOpen);
    const waiting = Number(this.#isAsking && this.#attempt === 'waiting');
    return {
      status: statuses[oracle.phase],
      retries: oracle.retries,
      errorKind: oracle.error as Sight['errorKind'],
      retryIn: oracle.phase === 'waiting' ? oracle.due - this.#now : null,
      lastEventId: oracle.lastEventId,
      closeReason: oracle.closeReason,
      requests: this.#requests,
      openStreams,
      waiting,
      sockets: openStreams + waiting,
      asked: this.#asked,
      openFor: oracle.openedAt === null ? null : this.#now - oracle.openedAt,
      messages: this.#messages,
      timers: oracle.timers,
    };
  }

  /** What must have been announced since last asked. */
  announced(): string[] {
    return this.#oracle.announced.splice(0).filter((name) => !name.startsWith('messages'));
  }

  play(deed: Deed): void {
    const oracle = this.#oracle;
    switch (deed.event) {
      case 'accept':
        oracle.opened();
        if (deed.lastEventId !== undefined) oracle.announced.push(`gap ${deed.lastEventId}`);
        break;
      case 'refuse':
        this.#failAsking(this.#refusal(deed));
        break;
      case 'send': {
        const { event = 'message', data } = deed.message;
        const id = deed.message.id ?? oracle.lastEventId;
        if (data !== undefined) this.#messages += transcriptOf({ event, data, id });
        oracle.delivered(data === undefined ? [] : ['a message'], id);
        if (event === this.#options.refreshOn) oracle.expires();
        if (event === this.#options.closeOn) this.#end(true);
        break;
      }
      case 'end':
        if (this.#native) this.#breakStream();
        else if (oracle.successor && !oracle.successor.renews) oracle.lost();
        else this.#end(false);
        break;
      case 'drop':
        if (oracle.isOpen) this.#breakStream();
        else this.#failAsking({ kind: 'network' });
        break;
      case 'wait':
        this.#wait(deed.ms);
        break;
      case 'refresh':
        this.#request();
        break;
      case 'open':
      case 'close':
      case 'reconnect':
        oracle[deed.event]();
        break;
      default:
        this.#signal(deed.event);
    }
    this.#rest();
  }

  get #isAsking(): boolean {
    return this.#oracle.phase === 'connecting' || this.#oracle.successor !== null;
  }

  #facts(): Facts {
    return { random: 0.5, refreshable: this.#options.refresh !== undefined, offline: this.#offline };
  }

  #refusal({ status, retryAfter }: Deed & { event: 'refuse' }): Fault {
    if (this.#native) return { kind: 'network' };
    return { kind: kinds[status] ?? 'http', status, ...(retryAfter !== undefined && { retryAfter }) };
  }

  #failAsking(fault: Fault): void {
    if (this.#oracle.successor?.renews) this.#oracle.notRenewed(fault.retryAfter);
    else this.#oracle.failed(fault, this.#facts());
  }

  #breakStream(): void {
    if (this.#oracle.successor) this.#oracle.lost();
    else this.#oracle.failed({ kind: 'network' }, this.#facts());
  }

  #end(isFinal: boolean): void {
    this.#oracle.failed({ kind: 'ended' }, this.#facts(), true, isFinal);
  }

  /** What is due happens at its own time, and one thing may lead to the next. */
  #wait(ms: number): void {
    const end = this.#now + ms;
    while (this.#oracle.next <= end) {
      this.#now = this.#oracle.next;
      this.#oracle.elapsed();
      this.#lookAtDelay();
    }
    this.#now = end;
  }

  #signal(event: string): void {
    const signal = signals[event];
    if (!signal) throw new Error(`Nothing is known of the event ${event}.`);
    if (event === 'offline' || event === 'online') this.#offline = event === 'offline';
    if (event === 'hide' || event === 'show') this.#hidden = event === 'hide';
    this.#oracle.signalled(signal);
  }

  #rest(): void {
    this.#lookAtDelay();
    while (this.#attempt === 'starting' && this.#isAsking) {
      const { successor, refreshed } = this.#oracle;
      const { connectTimeout = 15_000, refresh } = this.#options;
      if (successor) successor.due = this.#now + connectTimeout;
      const renews = refresh !== undefined && (successor?.renews ?? refreshed);
      if (renews && this.#refreshesInSteps) this.#attempt = 'renewing';
      else this.#request();
    }
  }

  /** The credentials are there. */
  #request(): void {
    const { successor, canOverlap } = this.#oracle;
    if (successor?.renews && !canOverlap) {
      this.#oracle.restarted();
      return;
    }
    this.#attempt = 'waiting';
    this.#requests += 1;
    const { method = 'GET' } = this.#options;
    this.#asked = askedBy({ method, lastEventId: this.#oracle.lastEventId });
  }

  /** The draw of the test clock is in the middle. */
  #lookAtDelay(): void {
    const { draw } = this.#oracle;
    if (!draw) return;
    const drawn = Math.round((draw.least + draw.most) / 2);
    this.#oracle.sawDelay(draw.floor + drawn, drawn);
  }
}
