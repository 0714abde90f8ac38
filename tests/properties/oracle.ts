import type { PolicyOverrides, Verdict } from '../../machines/policy.ts';
import type { ConnectionSettings } from '../../machines/settings.ts';
import { type Facts, type Fault, longest, type Signal } from './steps.ts';

/** What goes on around a connection, as far as the oracle has to know it. */
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

type Phase = 'connecting' | 'fresh' | 'stable' | 'waiting' | 'offline' | 'failed' | 'inactive' | 'paused';

/**
 * What a connection must do, told a second time, as plainly as possible and with nothing of the package in it:
 * one word for where it is, one time at which something happens by itself.
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
  /** When the attempt has taken too long, or was silent for too long. */
  watchdog = Infinity;
  /** When the wait began. */
  waitsSince = 0;
  /** What the jitter may draw for this wait, while it has not been looked at. */
  draw: { readonly least: number; readonly most: number; readonly floor: number } | undefined;
  /** The requests that must have been sent, and the news that must have been announced, since last looked at. */
  requests: { at: number; lastEventId: string; refresh: boolean }[] = [];
  announced: string[] = [];
  /** An attempt has started: what is it to do and to meet with? */
  onAttempt = (): void => {};
  /** The stream is to be replaced by another, before which the credentials may have to be renewed. */
  onReplace = (_: boolean): void => {};
  /** The stream has to prove that it is alive. */
  onProve = (): void => {};

  /** The request that is to take the place of the open stream, and when it has taken too long. */
  successor: { readonly renews: boolean; due: number; doubts?: boolean } | null = null;
  /** When the stream has to have proved that it is alive. */
  proofDue = Infinity;
  unsafe = false;
  /** The last renewal did not fail while this stream was open. */
  renewable = true;
  #notBefore = -Infinity;

  /** The attempt that follows a refresh of the credentials runs, or is still to come. */
  refreshed = false;
  /** What a jitter function of the app was to spread, when the last attempt ended. */
  spread = 0;

  readonly #settings: ConnectionSettings;
  readonly #around: Surroundings;
  #drawn = 0;
  #floorEnds = 0;
  #serverRetry = 0;
  #refused = false;
  #expiring = false;
  #chargedAt = -Infinity;

  constructor(settings: ConnectionSettings, around: Surroundings) {
    this.#settings = settings;
    this.#around = around;
  }

  start(): void {
    if (this.#settings.immediate) this.#attempt();
  }

  get isLive(): boolean {
    return this.phase === 'connecting' || this.isOpen;
  }

  get isOpen(): boolean {
    return this.phase === 'fresh' || this.phase === 'stable';
  }

  /** How many timers may be pending. */
  get timers(): number {
    const watch = this.isOpen ? this.#around.watched : this.watchdog < Infinity;
    return Number(this.due < Infinity) + Number(watch) + Number((this.successor?.due ?? Infinity) < Infinity);
  }

  /** How many streams and requests there may be. */
  get alive(): number {
    return Number(this.isLive) + Number(this.successor !== null);
  }

  /** When something happens by itself. */
  get next(): number {
    return Math.min(this.due, this.watchdog, this.proofDue, this.successor?.due ?? Infinity);
  }

  get canOverlap(): boolean {
    return !this.unsafe && this.lastEventId !== '';
  }

  get #mayRepeat(): boolean {
    return !this.unsafe || this.#settings.retryUnsafe || this.lastEventId !== '';
  }

  /** The delay of the next retry, before it is spread. */
  get backoff(): number {
    const { retryDelay, retryFactor, maxRetryDelay } = this.#settings;
    if (retryDelay === 0) return 0;
    return Math.min(maxRetryDelay, retryDelay * retryFactor ** this.retries);
  }

  // What the app asks for

  open(): void {
    if (['failed', 'inactive', 'paused'].includes(this.phase)) this.reconnect();
  }

  reconnect(): void {
    this.#makeBudgetWhole();
    this.#floorEnds = 0;
    this.refreshed = false;
    this.error = null;
    if (this.isOpen && this.canOverlap) this.onReplace(false);
    else this.#attempt();
  }

  close(lastEventId = this.lastEventId): void {
    this.lastEventId = lastEventId;
    if (this.phase === 'inactive') this.closeReason = 'app';
    else this.#close('app');
  }

  // What the transport does and says

  requested(refresh = this.refreshed): void {
    this.requests.push({ at: this.#around.now(), lastEventId: this.lastEventId, refresh });
  }

  opened(): void {
    if (!this.isLive) return;
    this.#enter('fresh', this.#settings.stableAfter);
    this.#expiring = false;
    this.proofDue = Infinity;
    this.successor = null;
    this.renewable = true;
    this.openedAt = this.#around.now();
    this.error = null;
    this.refreshed = false;
    this.#watch(this.#around.idleTimeout);
    this.announced.push('opened');
  }

  delivered(ids: readonly string[], lastEventId: string, retry = this.#serverRetry): void {
    if (!this.isOpen) return;
    this.#watch(this.#around.idleTimeout);
    if (this.successor?.doubts) this.successor = null; // it was alive after all
    if (this.#around.now() - (this.proofDue - 5_000) > 500) this.proofDue = Infinity;
    this.lastEventId = lastEventId;
    this.#serverRetry = Math.min(retry, longest);
    if (ids.length > 0) this.announced.push(`messages ${ids}`);
    this.#renew();
  }

  mayRepeatAnEffect(): void {
    if (this.isLive) this.unsafe = true;
  }

  expires(): void {
    if (!this.isOpen) return;
    this.#expiring = true;
    this.#renew();
  }

  doubted(): void {
    if (!this.isOpen) return;
    if (this.canOverlap) {
      this.onReplace(false);
      if (this.successor) this.successor.doubts = true;
    } else if (this.#mayRepeat) {
      this.#attempt();
    }
  }

  /** The open stream is over; the request that is to replace it goes on. */
  lost(): void {
    if (!this.isOpen) return;
    const due = this.successor?.due ?? Infinity;
    this.#enter('connecting');
    this.watchdog = due;
  }

  /** The credentials could not be renewed; the open stream goes on. */
  notRenewed(retryAfter = 0): void {
    this.successor = null;
    this.renewable = false;
    this.#notBefore = this.#around.now() + retryAfter;
  }

  /** The open stream has to give a sign of life. */
  mustProve(): void {
    if (this.proofDue < Infinity) return;
    this.#watch(this.#around.idleTimeout);
    this.proofDue = this.#around.now() + 5_000;
  }

  restarted(): void {
    if (!this.isLive) return;
    if (!this.isOpen || this.#mayRepeat) {
      this.#attempt();
    } else {
      this.error = 'network';
      this.#giveUp(true);
    }
  }

  failed(fault: Fault, facts: Facts, isEnd = false, isFinal = false): void {
    if (!this.isLive) return;
    this.spread = this.backoff;
    const verdict = verdictOn(fault, this.#settings.policy);
    const floor = this.#floorAfter(fault);
    const mayNotRepeat = this.isOpen && !this.#mayRepeat;
    const isSecondInARow = this.refreshed;
    const isFinished = verdict === 'stop' || (isEnd && (isFinal || this.unsafe));
    this.refreshed = false;
    this.error = isFinished ? null : fault.kind;
    this.#floorEnds = this.#around.now() + floor;
    if (isFinished) {
      this.#close('ended');
    } else if (verdict === 'refresh' && facts.refreshable && !isSecondInARow) {
      this.refreshed = true;
      this.announced.push('failure');
      this.#attempt();
    } else if (verdict !== 'retry' || mayNotRepeat) {
      this.#giveUp(true);
    } else if (facts.offline) {
      this.#enter('offline');
      this.announced.push('failure');
    } else if (this.retries >= this.#settings.maxRetries) {
      this.error = 'exhausted';
      this.#giveUp(false);
    } else {
      this.draw = { ...this.#drawnBetween(facts), floor };
      this.retries += 1;
      this.#chargedAt = this.#around.now();
      this.#enter('waiting', Infinity);
      this.announced.push('failure');
    }
  }

  // What the page, the network and the clock say

  signalled(signal: Signal): void {
    const mayWake = this.phase === 'waiting' || (this.phase === 'failed' && !this.#refused);
    const mayPause = this.isLive || this.phase === 'waiting' || this.phase === 'offline';
    if (signal === 'page.hidden' && this.#settings.pauseWhenHidden && mayPause) this.#close('paused');
    else if (signal === 'page.frozen' && mayPause && this.#mayRepeat) this.#close('paused');
    else if (signal === 'page.resumed' && this.phase === 'paused' && this.#mustPause) return;
    else if (['page.visible', 'page.resumed'].includes(signal) && this.phase === 'paused')
      this.#attemptOnceWelcome();
    else if (signal === 'network.offline' && this.phase === 'waiting') this.#goOffline();
    else if (signal === 'network.online' && this.isOpen) this.onProve();
    else if (signal === 'network.online' && this.phase === 'offline') this.#attemptOnceWelcome();
    else if (['network.online', 'page.visible', 'page.resumed'].includes(signal) && mayWake)
      this.#attemptOnceWelcome();
  }

  /** What happens by itself, now that its time has come. */
  elapsed(): void {
    const successorDue = this.successor?.due ?? Infinity;
    if (this.next === this.watchdog && this.isOpen && this.successor) {
      this.lost();
    } else if (this.next === this.watchdog) {
      this.failed({ kind: this.isOpen ? 'idle' : 'timeout' }, this.#around.facts());
    } else if (this.next === successorDue && this.successor?.renews) {
      this.notRenewed();
    } else if (this.next === successorDue) {
      this.failed({ kind: 'timeout' }, this.#around.facts());
    } else if (this.next === this.proofDue) {
      this.proofDue = Infinity;
      if (this.successor) this.mustProve();
      else this.doubted();
    } else if (this.phase === 'waiting') {
      this.#attempt();
    } else {
      this.#enter('stable');
      this.#makeBudgetWhole();
      this.#renew();
    }
  }

  /** The delay of this wait has been seen, with the part of it that was drawn. */
  sawDelay(delay: number, drawn: number): void {
    this.due = this.waitsSince + delay;
    this.#drawn = drawn;
    this.draw = undefined;
  }

  /** Credentials that expire are renewed once the stream has lasted. */
  #renew(): void {
    if (!this.#expiring || this.phase !== 'stable') return;
    if (!this.#mayRepeat) return;
    this.#expiring = false;
    this.onReplace(true);
  }

  /** A failure that the lack of a network explains is given back. */
  #goOffline(): void {
    const explains = this.error === 'network' && this.#around.now() - this.#chargedAt <= 1_000;
    if (explains) {
      this.retries -= 1;
      this.#chargedAt = -Infinity;
    }
    this.#enter('offline');
  }

  #attempt(): void {
    this.unsafe = false;
    this.#notBefore = -Infinity;
    this.renewable = true;
    this.#enter('connecting');
    if (this.#mustPause) {
      this.#close('paused');
    } else {
      this.#watch(this.#around.connectTimeout);
      this.onAttempt();
    }
  }

  #attemptOnceWelcome(): void {
    const wait = this.#floorEnds - this.#around.now();
    if (wait > 0) this.#enter('waiting', wait);
    if (wait > 0 && this.#mustPause) this.#close('paused');
    if (wait <= 0) this.#attempt();
  }

  get #mustPause(): boolean {
    return this.#around.hidden && this.#settings.pauseWhenHidden;
  }

  #enter(phase: Phase, wait = Infinity): void {
    this.phase = phase;
    this.closeReason = null;
    this.waitsSince = this.#around.now();
    this.due = phase === 'offline' ? Infinity : this.waitsSince + wait;
    if (!this.isLive) this.unsafe = false;
    if (!this.isOpen) {
      this.#expiring = false;
      this.proofDue = Infinity;
      this.successor = null;
    }
    if (phase !== 'stable') {
      this.openedAt = null;
      this.watchdog = Infinity;
    }
    if (phase === 'waiting' && this.#around.offline) this.#goOffline();
  }

  #watch(patience: number): void {
    this.watchdog = patience === 0 ? Infinity : this.#around.now() + patience;
  }

  #giveUp(refused: boolean): void {
    this.#refused = refused;
    this.#enter('failed');
    this.announced.push('gaveUp');
  }

  #close(reason: 'app' | 'ended' | 'paused'): void {
    this.#enter(reason === 'paused' ? 'paused' : 'inactive');
    this.closeReason = reason;
    this.announced.push(`closed ${reason}`);
  }

  #makeBudgetWhole(): void {
    this.retries = 0;
    this.#chargedAt = -Infinity;
    this.#drawn = 0;
  }

  #floorAfter({ retryAfter = 0 }: Fault): number {
    const asked = Math.max(retryAfter, this.#serverRetry, this.#notBefore - this.#around.now());
    return Math.min(asked, this.#settings.maxRetryAfter);
  }

  #drawnBetween({ jittered }: Facts): { least: number; most: number } {
    const { jitter, retryDelay, maxRetryDelay } = this.#settings;
    const first = Math.min(retryDelay, maxRetryDelay);
    if (jittered !== undefined) return { least: jittered, most: jittered };
    if (jitter === 'none') return { least: this.backoff, most: this.backoff };
    if (jitter === 'equal') return { least: this.backoff / 2, most: this.backoff };
    if (jitter === 'full') return { least: 0, most: this.backoff };
    return { least: first, most: Math.min(maxRetryDelay, 3 * Math.max(first, this.#drawn)) };
  }
}

/** The table of the README: a status goes before its class, a class before the kind, whoever gave the verdict. */
function verdictOn({ kind, status = 0 }: Fault, policy: PolicyOverrides): Verdict {
  const given = policy as Readonly<Record<string, Verdict | undefined>>;
  const group = `${Math.floor(status / 100)}xx`;
  return (
    given[status] ??
    (status === 204 ? 'stop' : undefined) ??
    ([408, 425, 429].includes(status) ? 'retry' : undefined) ??
    given[group] ??
    (group === '5xx' ? 'retry' : undefined) ??
    given[kind] ??
    (kind === 'unauthorized' ? 'refresh' : undefined) ??
    (['network', 'timeout', 'idle', 'ended'].includes(kind) ? 'retry' : 'fail')
  );
}
