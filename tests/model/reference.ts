import type { ConnectionOptions, Message } from '../../index.ts';
import { defaultSettings } from '../../machines/settings.ts';
import { isFarewell, type PathMessage, type TestEvent } from '../../testing/paths/events.ts';
import type { ExpectedState } from '../../testing/paths/step.ts';
import type { ScriptedRequest } from '../../testing/scripted.ts';
import { type Draw, Oracle } from '../properties/oracle.ts';
import type { Facts, Fault, Signal } from '../properties/steps.ts';

/** The observable state of a connection, with the counts at its server and its clock. */
export interface Sight extends ExpectedState {
  /** How many requests have no answer yet. */
  readonly waiting: number;
  /** How many sockets are open. */
  readonly sockets: number;
  /** The method of the last request and the ID that it resumed after, as in `GET` and `POST after 2`. */
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

/** Describes a request: its method, and the ID that it resumes after. */
export function askedBy({ method, lastEventId }: Pick<ScriptedRequest, 'method' | 'lastEventId'>): string {
  return lastEventId === '' ? method : `${method} after ${lastEventId}`;
}

const statuses: Record<Oracle['phase'], ExpectedState['status']> = {
  connecting: 'connecting',
  fresh: 'open',
  stable: 'open',
  doubted: 'open',
  reconnecting: 'open',
  verifying: 'open',
  renewing: 'open',
  waiting: 'backoff',
  offline: 'backoff',
  failed: 'failed',
  inactive: 'closed',
  paused: 'closed',
  suspended: 'closed',
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

/** A sign of life so soon after it was asked for proves nothing: it may have waited in a buffer. In milliseconds. */
const bufferTime = 500;

/**
 * The {@link Sight} that is expected after each step of a path, told without the statechart: the paths come from
 * it, and would follow it into any mistake.
 */
export class Reference {
  readonly #oracle: Oracle;
  readonly #options: ConnectionOptions;
  readonly #native: boolean;
  readonly #refreshesInSteps: boolean;
  #now = 0;
  #hidden = false;
  #offline = false;
  /** A request is to be made: its credentials may have to be renewed before. */
  #starting: { readonly refresh: boolean } | undefined;
  #isRenewed = false;
  #requests = 0;
  #asked = '';
  /** The ID that the request which is on its way resumes after. */
  #askedAfter = '';
  #messages = '';
  #isElsewhere = false;
  /** The messages that the client left to the next stream. */
  #untaken: readonly PathMessage[] = [];
  /** How many messages have come since the last request was sent. */
  #sinceRequest = 0;
  #askedForLifeAt = Infinity;
  #hadMessages = false;
  #hasProgressed = false;

  constructor(options: ConnectionOptions, { refreshesInSteps = false, native = false } = {}) {
    this.#options = options;
    this.#native = native;
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
      connectTimeout: options.connectTimeout ?? 60_000,
      idleTimeout: 0,
      facts: () => this.#facts(),
      watched: true,
    });
    this.#oracle.onRequest = (refresh) => {
      this.#starting = { refresh };
    };
    this.#oracle.onDrop = () => {
      this.#starting = undefined;
    };
    this.#oracle.onCommand = (command) => {
      if (command === 'prove') this.#askedForLifeAt = this.#now;
    };
    this.#oracle.start();
    this.#rest();
  }

  get sight(): Sight {
    const oracle = this.#oracle;
    const openStreams = Number(oracle.isOpen);
    const waiting = Number(oracle.request?.sent === true);
    const waits = oracle.phase === 'waiting' || oracle.phase === 'offline';
    return {
      status: statuses[oracle.phase],
      retries: oracle.retries,
      errorKind: oracle.error as Sight['errorKind'],
      retryIn: waits ? oracle.due - this.#now : null,
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

  /** The announcements that must have been made since last asked. */
  announced(): string[] {
    return this.#oracle.announced.splice(0).filter((name) => !name.startsWith('messages'));
  }

  play(step: TestEvent): void {
    const oracle = this.#oracle;
    switch (step.event) {
      case 'accept':
        this.#accept(step.lastEventId);
        break;
      case 'refuse':
        oracle.requestFailed(this.#refusal(step), this.#facts());
        break;
      case 'send':
        this.#deliver([step.message]);
        break;
      case 'flood':
        this.#flood(step.messages);
        break;
      case 'end':
        if (this.#native) oracle.streamFailed({ kind: 'network' }, this.#facts());
        else oracle.streamEnded(this.#facts(), this.#isCutShort, this.#hadMessages);
        break;
      case 'drop':
        if (oracle.isOpen) oracle.streamFailed({ kind: 'network' }, this.#facts());
        else oracle.requestFailed({ kind: 'network' }, this.#facts());
        break;
      case 'wait':
        this.#wait(step.ms);
        break;
      case 'sleep':
        this.#sleep(step.ms);
        break;
      case 'refresh':
        this.#isRenewed = true;
        this.#request();
        break;
      case 'open':
      case 'close':
      case 'reconnect':
      case 'move':
        oracle[step.event]();
        break;
      case 'leave':
        oracle.suspend();
        break;
      case 'return':
        oracle.resume();
        break;
      case 'relocate':
        this.#isElsewhere = true;
        break;
      case 'revive':
        oracle.restarted();
        break;
      default:
        this.#signal(step.event);
    }
    this.#rest();
  }

  /** With `closeOn`, a server that ends a stream without a word has cut it short. */
  get #isCutShort(): false | undefined {
    return this.#options.closeOn === undefined ? undefined : false;
  }

  #accept(resumedAfter: string | undefined): void {
    this.#hadMessages = this.#hasProgressed = false;
    this.#askedForLifeAt = Infinity;
    this.#oracle.accepted();
    if (resumedAfter !== undefined) this.#oracle.announced.push('gap server');
    const missed = this.#askedAfter === '' ? [] : this.#untaken;
    this.#untaken = [];
    if (missed.length > 0) this.#deliver(missed);
  }

  /** More than a client remembers of 256 messages; the browser's EventSource hands them over one by one. */
  #flood(messages: readonly PathMessage[]): void {
    this.#showLife();
    const one = (message: PathMessage) => this.#deliver([message]);
    const room = 256 - this.#sinceRequest;
    const taken = this.#native ? messages.slice(0, room) : [];
    taken.forEach(one);
    const rest = messages.slice(taken.length);
    if (this.#oracle.request) {
      this.#untaken = rest;
      this.#oracle.overran();
    } else if (this.#native) {
      rest.forEach(one);
    } else {
      this.#deliver(rest);
    }
  }

  /** Delivers messages that come in one go. */
  #deliver(given: readonly PathMessage[]): void {
    const oracle = this.#oracle;
    this.#showLife();
    let id = oracle.lastEventId;
    const messages: Message[] = [];
    for (const { event = 'message', data, id: own } of given) {
      id = own ?? id;
      if (data !== undefined) messages.push({ event, data, id });
    }
    const isNews = !this.#hasProgressed && given.some((message) => message.id);
    this.#messages += messages.map(transcriptOf).join('');
    this.#hadMessages ||= messages.length > 0;
    this.#sinceRequest += messages.length;
    oracle.delivered(
      messages.map(() => 'a message'),
      id,
    );
    if (isNews) oracle.progressed();
    this.#hasProgressed ||= isNews;
    if (messages.some(({ event }) => event === this.#options.refreshOn)) oracle.expires();
    if (messages.some((message) => isFarewell(this.#options, message))) {
      oracle.streamEnded(this.#facts(), true, this.#hadMessages);
    }
  }

  #showLife(): void {
    if (this.#now - this.#askedForLifeAt <= bufferTime || this.#askedForLifeAt === Infinity) return;
    this.#askedForLifeAt = Infinity;
    this.#oracle.aliveAgain();
  }

  #facts(): Facts {
    return { random: 0.5, refreshable: this.#options.refresh !== undefined, offline: this.#offline };
  }

  #refusal({ status, retryAfter }: TestEvent & { event: 'refuse' }): Fault {
    if (this.#native) return { kind: 'network' };
    return { kind: kinds[status] ?? 'http', status, ...(retryAfter !== undefined && { retryAfter }) };
  }

  /** Lets each timer fire at its own time; one may lead to the next. */
  #wait(ms: number): void {
    const end = this.#now + ms;
    while (this.#oracle.next <= end) {
      this.#now = this.#oracle.next;
      this.#oracle.elapsed();
      this.#lookAtDraw();
    }
    this.#now = end;
  }

  /** Lets the timers that were due fire late; after that it is clear that nobody was awake. */
  #sleep(ms: number): void {
    this.#now += ms;
    while (this.#oracle.next <= this.#now) {
      this.#oracle.elapsed();
      this.#lookAtDraw();
    }
    this.#oracle.overslept();
  }

  #signal(event: string): void {
    const signal = signals[event];
    if (!signal) throw new Error(`Nothing is known of the event ${event}.`);
    if (event === 'offline' || event === 'online') this.#offline = event === 'offline';
    if (event === 'hide' || event === 'show') this.#hidden = event === 'hide';
    this.#oracle.signalled(signal);
    // Browsers say so twice.
    if (event === 'freeze' || event === 'resume') this.#oracle.signalled(signal);
  }

  #rest(): void {
    this.#lookAtDraw();
    while (this.#starting) {
      const renews = this.#starting.refresh && this.#options.refresh !== undefined && !this.#isRenewed;
      if (renews && this.#refreshesInSteps) return;
      if (renews) this.#isRenewed = true;
      this.#request();
    }
  }

  /** The credentials are there. */
  #request(): void {
    this.#starting = undefined;
    const oracle = this.#oracle;
    const { method = 'GET', resume } = this.#options;
    oracle.ready(method === 'POST', resume !== undefined);
    if (!oracle.request) return;
    this.#isRenewed = false;
    if (this.#isElsewhere && oracle.lastEventId !== '') oracle.moved();
    this.#isElsewhere = false;
    this.#askedAfter = oracle.lastEventId;
    this.#requests += 1;
    this.#sinceRequest = 0;
    const isContinued = resume !== undefined && this.#askedAfter !== '';
    this.#asked = askedBy({ method: isContinued ? 'GET' : method, lastEventId: this.#askedAfter });
  }

  /** The draw of the test clock is in the middle. */
  #lookAtDraw(): void {
    const { draw } = this.#oracle;
    if (!draw) return;
    for (const retry of [draw, draw.instead])
      if (retry?.what === 'retry') this.#oracle.sawRetry(middleOf(retry));
    this.#oracle.sawDraw(middleOf(draw));
  }
}

function middleOf({ least, most }: Draw): number {
  return Math.round((least + most) / 2);
}
