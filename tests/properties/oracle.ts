import type { PolicyOverrides, Verdict } from '../../machines/policy.ts';
import type { ConnectionSettings } from '../../machines/settings.ts';
import { type Facts, type Fault, longest, type Signal } from './steps.ts';

/** The surroundings of a connection, as far as the oracle has to know them. */
export interface Surroundings {
  readonly now: () => number;
  /** The page tells that it is hidden, the platform that it is offline, as soon as anyone listens. */
  readonly hidden: boolean;
  readonly offline: boolean;
  /** In milliseconds; 0 for none. */
  readonly connectTimeout: number;
  readonly idleTimeout: number;
  /** The facts of an attempt that takes too long. */
  readonly facts: () => Facts;
  /** The stream that is open is watched, by one timer. */
  readonly watched: boolean;
}

type Phase =
  | 'connecting'
  | 'fresh'
  | 'stable'
  | 'doubted'
  | 'reconnecting'
  | 'verifying'
  | 'renewing'
  | 'waiting'
  | 'offline'
  | 'failed'
  | 'inactive'
  | 'paused'
  | 'suspended';

const replacing: readonly Phase[] = ['reconnecting', 'verifying', 'renewing'];
const open: readonly Phase[] = ['fresh', 'stable', 'doubted', ...replacing];
const live: readonly Phase[] = ['connecting', ...open];

/** A delay that is drawn by chance and not looked at yet. */
export interface Draw {
  readonly what: 'retry' | 'proof' | 'network' | 'release';
  readonly least: number;
  readonly most: number;
  /** The wait that the server asked for at least. */
  readonly floor: number;
  /** A retry was drawn just before, and is not waited for. */
  readonly instead?: Draw | undefined;
}

/** A request that is on its way. */
interface Request {
  /** It has left: nobody can know what it does. */
  sent: boolean;
  /** When it has taken too long. */
  due: number;
}

/**
 * The rules for a connection, told a second time, as plainly as possible and with nothing of the package in them:
 * one word for where it is, and the times at which something happens by itself.
 */
export class Oracle {
  phase: Phase = 'inactive';
  retries = 0;
  lastEventId = '';
  error: string | null = null;
  closeReason: 'app' | 'ended' | 'paused' | null = null;
  openedAt: number | null = null;
  /** When the timer of the phase fires. */
  due = Infinity;
  /** When the stream was silent for too long. */
  idleDue = Infinity;
  /** When the wait began. */
  waitsSince = 0;
  /** The delay that was drawn, while it has not been looked at. */
  draw: Draw | undefined;
  /** The requests that must have been made, and the news that must have been announced, since last looked at. */
  requests: { at: number; lastEventId: string; refresh: boolean }[] = [];
  announced: string[] = [];
  /** The delays that a jitter function of the app must have been asked to spread. */
  spreads: number[] = [];
  /** A request is to be made, perhaps with new credentials. */
  onRequest = (_refresh: boolean): void => {};
  /** The request that was on its way is not wanted any more. */
  onDrop = (): void => {};
  /** The stream has to show that it is alive; or it has lasted. */
  onCommand = (_: 'prove' | 'settle'): void => {};

  request: Request | null = null;
  hasStream = false;
  unsafe = false;
  resumable = false;
  /** The attempt that follows a refresh of the credentials runs. */
  refreshed = false;

  readonly #settings: ConnectionSettings;
  readonly #around: Surroundings;
  #drawn = 0;
  #heldUntil = 0;
  #serverRetry: number | null = null;
  #refused = false;
  #status: number | undefined;
  #expiring = false;
  #renewable = true;
  #lost = 0;
  #mayHaveMissed = false;
  #chargedAt = -Infinity;

  constructor(settings: ConnectionSettings, around: Surroundings) {
    this.#settings = settings;
    this.#around = around;
  }

  start(): void {
    if (this.#settings.immediate) this.#attempt();
  }

  get isLive(): boolean {
    return live.includes(this.phase);
  }

  get isOpen(): boolean {
    return open.includes(this.phase);
  }

  get isReplacing(): boolean {
    return replacing.includes(this.phase);
  }

  /** How many timers may be pending. */
  get timers(): number {
    const dues = [this.due, this.request?.due ?? Infinity, this.#around.watched ? Infinity : this.idleDue];
    return dues.filter((due) => due < Infinity).length + Number(this.#around.watched && this.hasStream);
  }

  /** How many streams and requests there may be. */
  get alive(): number {
    return Number(this.hasStream) + Number(this.request !== null);
  }

  /** When something happens by itself. */
  get next(): number {
    return Math.min(this.due, this.idleDue, this.request?.due ?? Infinity);
  }

  get canOverlap(): boolean {
    return this.lastEventId !== '' && (!this.unsafe || this.resumable);
  }

  get mayRepeat(): boolean {
    return !this.unsafe || this.#settings.retryUnsafe || (this.resumable && this.lastEventId !== '');
  }

  // Commands of the app

  open(): void {
    if (['failed', 'inactive', 'paused', 'suspended'].includes(this.phase)) this.#afresh();
  }

  reconnect(lastEventId?: string): void {
    if (lastEventId === undefined && this.isOpen && this.canOverlap) {
      this.#replace();
    } else {
      const id = lastEventId ?? this.lastEventId;
      this.#leaveOpen();
      this.lastEventId = id;
      this.#afresh();
    }
  }

  /** The URL has changed. */
  move(): void {
    if (this.isOpen && this.canOverlap) this.#replace();
    else if (this.isLive || ['waiting', 'offline', 'failed'].includes(this.phase)) this.#afresh();
    else if (this.closeReason === 'ended') this.#afresh();
  }

  close(lastEventId?: string): void {
    const wasInactive = this.phase === 'inactive';
    this.#leaveOpen();
    this.lastEventId = lastEventId ?? this.lastEventId;
    if (wasInactive) this.closeReason = 'app';
    else this.#close('app');
  }

  suspend(lastEventId?: string): void {
    if (this.phase === 'inactive' || this.phase === 'suspended') return;
    const goesOn = this.phase !== 'failed' && (!this.isLive || this.mayRepeat);
    this.#leaveOpen();
    this.lastEventId = lastEventId ?? this.lastEventId;
    this.#close('app', goesOn ? 'suspended' : 'inactive');
  }

  resume(): void {
    if (this.phase === 'suspended') this.#attemptOnceWelcome();
  }

  // Events of a request

  made(refresh = this.refreshed): void {
    this.requests.push({ at: this.#around.now(), lastEventId: this.lastEventId, refresh });
  }

  /** The request is about to leave. */
  ready(unsafe: boolean, resumable = false): void {
    if (!this.request) return;
    if (this.isReplacing && !this.canOverlap) {
      if (!this.mayRepeat) {
        this.#drop();
        this.#enter('fresh', this.#settings.stableAfter);
        return;
      }
      this.#loseStream();
    }
    this.request.sent = true;
    this.unsafe = unsafe;
    this.resumable = resumable;
  }

  /** It leads to another resource, where the last event ID means nothing. */
  moved(): void {
    if (!this.request) return;
    if (this.isReplacing) this.#loseStream();
    this.#forget();
  }

  accepted(): void {
    if (!this.request) return;
    const missed = this.phase === 'connecting' && this.#mayHaveMissed && this.lastEventId === '';
    this.#leaveOpen();
    this.request = null;
    this.hasStream = true;
    this.#enter('fresh', this.#settings.stableAfter);
    this.#mayHaveMissed = false;
    this.#renewable = true;
    this.#lost = 0;
    this.#heldUntil = 0;
    this.openedAt = this.#around.now();
    this.error = null;
    this.#status = undefined;
    this.refreshed = false;
    this.#hear();
    this.announced.push('opened', ...(missed ? ['gap no-ids'] : []));
  }

  requestFailed(fault: Fault, facts: Facts): void {
    if (!this.request) return;
    if (this.phase === 'connecting') {
      this.#attemptIsOver(fault, facts);
    } else if (this.phase === 'renewing' && !['network', 'timeout'].includes(fault.kind)) {
      this.#drop();
      this.#renewable = false;
      this.#heldUntil = this.#around.now() + this.#floorOf(fault, 0);
      this.announced.push('failure');
      this.#beStable();
    } else if (this.phase !== 'renewing' && this.#canRefresh(fault, facts)) {
      this.#attemptIsOver(fault, facts);
    } else if (this.phase !== 'renewing' && mindsSecondStream(fault)) {
      this.#letGoAndWait(fault, facts);
    } else {
      this.#loseReplacement(fault, facts);
    }
  }

  // Events of a stream

  delivered(ids: readonly string[], lastEventId: string, retry?: number): void {
    if (!this.isOpen) return;
    this.#hear();
    this.lastEventId = lastEventId;
    if (retry !== undefined) this.#serverRetry = Math.min(retry, longest);
    if (ids.length > 0) this.announced.push(`messages ${ids}`);
    this.#renewIfDue();
  }

  /** It brought an ID that was never seen before. */
  progressed(): void {
    if (this.isOpen) this.#makeBudgetWhole();
  }

  expires(): void {
    if (!this.isOpen) return;
    this.#expiring = true;
    this.#renewIfDue();
  }

  aliveAgain(): void {
    if (this.phase !== 'doubted' && this.phase !== 'verifying') return;
    if (this.phase === 'verifying') this.#drop();
    this.#lost = 0;
    this.#enter('fresh', this.#settings.stableAfter);
  }

  overslept(): void {
    this.#doubt();
  }

  /** It brought more than could be told from a replay, while another request was on its way. */
  overran(): void {
    if (this.isReplacing) this.#loseStream();
  }

  streamFailed(fault: Fault, facts: Facts): void {
    if (!this.isOpen) return;
    if (!this.isReplacing) this.#attemptIsOver(fault, facts);
    else if (this.#verdictOn(fault) === 'stop') this.#end();
    else this.#loseStream();
  }

  streamEnded(facts: Facts, final?: boolean, hadMessages = false): void {
    if (!this.isOpen) return;
    const fault: Fault = { kind: 'ended' };
    const isFinal = this.#verdictOn(fault) === 'stop' || (final ?? this.unsafe);
    if (isFinal) this.#end();
    else if (this.isReplacing) this.#loseStream();
    else this.#attemptIsOver(fault, facts, hadMessages);
  }

  restarted(): void {
    if (!this.isLive) return;
    if (this.mayRepeat) {
      this.#attempt();
    } else {
      this.error = 'network';
      this.#giveUp(true);
    }
  }

  // Events of the page, the network and the clock

  signalled(signal: Signal): void {
    const mayPause = this.isLive ? this.mayRepeat : this.phase === 'waiting' || this.phase === 'offline';
    const wakes = ['network.online', 'page.visible', 'page.resumed'].includes(signal);
    if (signal === 'page.hidden' && this.#settings.pauseWhenHidden && mayPause) this.#close('paused');
    else if (signal === 'page.frozen' && mayPause) {
      if (!this.isLive) this.#giveBack(); // the browser may have cut the stream itself
      this.#close('paused');
    } else if (signal === 'network.offline' && this.phase === 'waiting') this.#goOffline();
    else if (signal === 'network.online') this.#doubt();
    if (!wakes) return;
    if (this.phase === 'paused' && signal === 'page.visible') this.#attemptOnceWelcome();
    else if (this.phase === 'paused' && signal === 'page.resumed' && !this.#mustPause)
      this.#attemptOnceWelcome();
    else if (
      this.phase === 'waiting' ||
      this.phase === 'offline' ||
      (this.phase === 'failed' && !this.#refused)
    )
      this.#attemptOnceWelcome();
  }

  /** Does what happens by itself, now that its time has come. */
  elapsed(): void {
    if (this.request && this.next === this.request.due) {
      this.requestFailed({ kind: 'timeout', unsent: !this.request.sent }, this.#around.facts());
    } else if (this.next === this.idleDue) {
      this.streamFailed({ kind: 'idle' }, this.#around.facts());
    } else if (this.phase === 'waiting' || this.phase === 'offline') {
      this.#attempt();
    } else if (this.phase === 'fresh') {
      this.#beStable();
    } else if (this.canOverlap) {
      this.#enter('verifying');
      this.#request(false);
    } else if (this.mayRepeat) {
      this.#attempt();
    } else {
      this.#enter('fresh', this.#settings.stableAfter);
    }
  }

  /** A retry was drawn, whether it is waited for or not. */
  sawRetry(drawn: number): void {
    this.#drawn = drawn;
  }

  /** The delay that was drawn has been seen. Returns how long the wait must be. */
  sawDraw(drawn: number): number {
    const { what = 'retry', floor = 0 } = this.draw ?? {};
    const wait = {
      retry: floor + drawn,
      release: Math.max(floor, 500) + drawn,
      proof: 5_000 + floor + drawn,
      network: Math.max(floor, drawn),
    }[what];
    const delay = Math.min(longest, Math.round(wait));
    this.due = this.waitsSince + delay;
    this.draw = undefined;
    return delay;
  }

  // How it goes on

  #afresh(): void {
    this.#makeBudgetWhole();
    this.#heldUntil = 0;
    this.refreshed = false;
    this.error = null;
    this.#status = undefined;
    this.#attempt();
  }

  /** Another stream is asked for, and the one that is open goes on until then. */
  #replace(): void {
    this.#drop();
    this.#makeBudgetWhole();
    this.#heldUntil = 0;
    this.refreshed = false;
    this.error = null;
    this.#status = undefined;
    this.#enter('reconnecting');
    this.#request(false);
  }

  #attempt(): void {
    this.#leaveOpen();
    this.#drop();
    this.unsafe = false;
    this.resumable = false;
    this.#enter('connecting');
    this.#request(this.refreshed);
    if (this.#mustPause) this.#close('paused');
  }

  #request(refresh: boolean): void {
    const { connectTimeout, now } = this.#around;
    this.request = { sent: false, due: connectTimeout > 0 ? now() + connectTimeout : Infinity };
    this.onRequest(refresh);
  }

  #drop(): void {
    if (this.request) this.onDrop();
    this.request = null;
  }

  /** The open stream is over; the request that is to replace it goes on. */
  #loseStream(): void {
    this.#leaveOpen();
    this.#enter('connecting');
  }

  #loseReplacement(fault: Fault, facts: Facts): void {
    this.#drop();
    this.#lost += 1;
    const floor = this.#floorOf(fault, 0);
    this.#heldUntil = this.#around.now() + floor;
    this.#enter('doubted', 0);
    this.draw = { what: 'proof', ...this.#drawnBetween(facts, this.#lost), floor };
    this.announced.push('failure');
    this.onCommand('prove');
    this.#prove();
  }

  #doubt(): void {
    if (this.phase !== 'fresh' && this.phase !== 'stable') return;
    this.#lost = 0;
    this.#enter('doubted', 5_000);
    this.onCommand('prove');
    this.#prove();
  }

  #prove(): void {
    this.#hear();
  }

  #beStable(): void {
    this.#enter('stable');
    this.#makeBudgetWhole();
    this.onCommand('settle');
    this.#renewIfDue();
  }

  /** Credentials that expire are renewed once the stream has lasted. */
  #renewIfDue(): void {
    if (this.phase !== 'stable' || !this.#expiring || !this.#renewable || !this.mayRepeat) return;
    this.#expiring = false;
    this.#enter('renewing');
    this.#request(true);
  }

  #attemptIsOver(fault: Fault, facts: Facts, hadMessages = false): void {
    const verdict = this.#verdictOn(fault);
    const isAnswered = fault.status !== undefined || fault.kind === 'ended';
    const did = didNothing(fault);
    const again = this.mayRepeat || did;
    const restarts = this.lastEventId !== '' && (!this.unsafe || this.#settings.retryUnsafe || did);
    const floor = Math.max(this.#floorOf(fault, this.#serverRetry ?? 0), this.#held());
    const refreshes = this.#canRefresh(fault, facts);
    const charged = hadMessages && this.lastEventId === '' ? 0 : this.retries;
    this.#leaveOpen();
    if (verdict === 'stop') {
      this.#end();
      return;
    }
    this.refreshed = false;
    this.error = fault.kind;
    this.#status = fault.status;
    this.#heldUntil = this.#around.now() + floor;
    if (refreshes) {
      this.refreshed = true;
      this.announced.push('failure');
      this.#attempt();
    } else if (verdict === 'restart' && restarts) {
      this.announced.push('failure');
      this.#forget();
      this.#attempt();
    } else if (verdict !== 'retry' || !again) {
      this.#giveUp(true);
    } else if (facts.offline && !isAnswered) {
      this.announced.push('failure');
      this.#enter('offline', 0);
      this.#drawForNetwork(floor);
      this.#settleInBackoff();
    } else if (charged >= this.#settings.maxRetries) {
      this.error = 'exhausted';
      this.#giveUp(false);
    } else {
      const drawn = this.#drawnBetween(facts, charged);
      this.retries = charged + 1;
      this.#chargedAt = this.#around.now();
      this.#enter('waiting', 0);
      this.draw = { what: 'retry', ...drawn, floor };
      this.announced.push('failure');
      this.#settleInBackoff();
    }
  }

  #canRefresh(fault: Fault, { refreshable }: Facts): boolean {
    const again = this.mayRepeat || didNothing(fault);
    return this.#verdictOn(fault) === 'refresh' && refreshable === true && !this.refreshed && again;
  }

  /** The server wants one stream only, and may need a moment to notice that the old one is gone. */
  #letGoAndWait(fault: Fault, facts: Facts): void {
    const floor = Math.max(this.#floorOf(fault, this.#serverRetry ?? 0), this.#held());
    this.refreshed = false;
    this.error = fault.kind;
    this.#status = fault.status;
    this.#heldUntil = this.#around.now() + floor;
    this.#enter('waiting', 0);
    this.draw = { what: 'release', ...this.#drawnBetween(facts, 0), floor };
    this.announced.push('failure');
    this.#settleInBackoff();
  }

  #forget(): void {
    this.announced.push(`gap forgotten`);
    this.lastEventId = '';
  }

  /** As soon as it waits, it hears of a page that is hidden, and of a network that is not there. */
  #settleInBackoff(): void {
    if (this.#around.offline && this.phase === 'waiting') this.#goOffline();
    if (this.#mustPause) this.#close('paused');
  }

  /** A failure that the lack of a network explains is given back. */
  #goOffline(): void {
    const hasAnswered = this.#status !== undefined || this.error === 'ended';
    if (!this.#giveBack() && hasAnswered) return;
    const instead = this.draw;
    this.#enter('offline', 0);
    this.#drawForNetwork(this.#held(), instead);
  }

  /** Gives the retry back that was charged just now. */
  #giveBack(): boolean {
    const explains = this.error === 'network' && this.#around.now() - this.#chargedAt <= 1_000;
    if (!explains) return false;
    this.retries -= 1;
    this.#chargedAt = -Infinity;
    return true;
  }

  #drawForNetwork(floor: number, instead?: Draw): void {
    const { jitter, maxRetryDelay } = this.#settings;
    const least = jitter === 'none' ? maxRetryDelay : maxRetryDelay / 2;
    this.draw = { what: 'network', least, most: maxRetryDelay, floor, instead };
  }

  #attemptOnceWelcome(): void {
    const wasInBackoff = this.phase === 'waiting' || this.phase === 'offline';
    const wait = this.#held();
    if (wait === 0) {
      this.#attempt();
    } else {
      this.#enter('waiting', Math.round(wait));
      if (!wasInBackoff) this.#settleInBackoff();
    }
  }

  get #mustPause(): boolean {
    return this.#around.hidden && this.#settings.pauseWhenHidden;
  }

  #enter(phase: Phase, wait = Infinity): void {
    this.phase = phase;
    this.closeReason = null;
    this.draw = undefined;
    this.waitsSince = this.#around.now();
    this.due = this.waitsSince + wait;
    if (this.isLive) return;
    this.#drop();
    this.#leaveOpen();
  }

  /** The open stream is left behind, for whatever reason. */
  #leaveOpen(): void {
    if (!this.hasStream) return;
    this.#mayHaveMissed = this.lastEventId === '';
    this.hasStream = false;
    this.openedAt = null;
    this.idleDue = Infinity;
    this.#expiring = false;
  }

  #hear(): void {
    const { idleTimeout, now } = this.#around;
    this.idleDue = idleTimeout > 0 ? now() + idleTimeout : Infinity;
  }

  #giveUp(refused: boolean): void {
    this.#refused = refused;
    this.#enter('failed');
    this.announced.push('gaveUp');
  }

  /** Ends what a request began; after an unsafe one, there is nothing to resume. */
  #end(): void {
    this.#leaveOpen();
    if (this.unsafe) this.lastEventId = '';
    this.error = null;
    this.#close('ended');
  }

  #close(
    reason: 'app' | 'ended' | 'paused',
    phase: Phase = reason === 'paused' ? 'paused' : 'inactive',
  ): void {
    this.#leaveOpen();
    this.#enter(phase);
    this.closeReason = reason;
    this.announced.push(`closed ${reason}`);
  }

  #makeBudgetWhole(): void {
    this.retries = 0;
    this.#chargedAt = -Infinity;
    this.#drawn = 0;
  }

  #held(): number {
    const wait = this.#heldUntil - this.#around.now();
    return wait > 0 && wait <= this.#settings.maxRetryAfter ? wait : 0;
  }

  #floorOf({ retryAfter = 0 }: Fault, serverRetry: number): number {
    return Math.round(Math.min(Math.max(retryAfter, serverRetry), this.#settings.maxRetryAfter, longest));
  }

  #verdictOn(fault: Fault): Verdict {
    return verdictOn(fault, this.#settings.policy);
  }

  #drawnBetween({ jittered }: Facts, retries: number): { least: number; most: number } {
    const { jitter, retryFactor, maxRetryDelay } = this.#settings;
    const base = this.#serverRetry === null ? this.#settings.retryDelay : Math.max(100, this.#serverRetry);
    const first = Math.min(base, maxRetryDelay);
    const delay =
      base === 0 ? 0 : Math.round(Math.min(maxRetryDelay, base * retryFactor ** retries, longest));
    this.spreads.push(delay);
    if (jittered !== undefined) return { least: jittered, most: jittered };
    if (jitter === 'none') return { least: delay, most: delay };
    if (jitter === 'equal') return { least: delay / 2, most: delay };
    if (jitter === 'full') return { least: 0, most: delay };
    const before = retries === 0 ? 0 : this.#drawn;
    return { least: first, most: Math.min(maxRetryDelay, 3 * Math.max(first, before)) };
  }
}

function didNothing({ status = 0, unsent }: Fault): boolean {
  return [401, 425, 429, 503].includes(status) || unsent === true;
}

/** A server that minds the second stream, is not in trouble, and does not ask to come later. */
function mindsSecondStream({ status = 0, retryAfter = 0 }: Fault): boolean {
  if (retryAfter > 0) return false;
  return Math.floor(status / 100) === 4 || status === 204;
}

/** The table in docs/behavior.md: a status goes before its class, a class before the kind, whoever gave the verdict. */
function verdictOn({ kind, status = 0 }: Fault, policy: PolicyOverrides): Verdict {
  const given = policy as Readonly<Record<string, Verdict | undefined>>;
  const group = `${Math.floor(status / 100)}xx`;
  return (
    given[status] ??
    (status === 204 ? 'stop' : undefined) ??
    (status === 410 ? 'restart' : undefined) ??
    ([408, 425, 429].includes(status) ? 'retry' : undefined) ??
    given[group] ??
    (group === '5xx' ? 'retry' : undefined) ??
    given[kind] ??
    (kind === 'unauthorized' ? 'refresh' : undefined) ??
    (['network', 'timeout', 'idle', 'ended'].includes(kind) ? 'retry' : 'fail')
  );
}
