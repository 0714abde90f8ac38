import type { Verdict } from './verdict.ts';

/** What an app does, told before it does it. `open` also stands for the start of a new connection. */
export type Command = 'open' | 'close' | 'reconnect';

/** What a connection says when it will not go on by itself. */
export type Rest = 'failed' | 'closed';

/**
 * Knows how many attempts a client may make and when the next one may begin: from the faults that it met and
 * from what its app asked for, never from what it says of itself.
 */
export interface Licence {
  /** How many attempts there were. */
  readonly attempts: number;
  /** An attempt of the client ended. False when that could no longer concern the client. */
  end(attempt: number, verdict: Verdict, floor: number): boolean;
  /** The attempt goes on after all: the browser itself sends its request once more. */
  revive(attempt: number): void;
  command(command: Command): void;
  /** The client renews its credentials, or has failed to. */
  refresh(step: 'began' | 'failed'): void;
  /** The client says that it will not go on by itself. */
  rest(rest: Rest): void;
  /** The next attempt begins. */
  use(): void;
  /** Nothing is known to have ended the newest attempt, and nothing else allows another. */
  readonly unended: boolean;
  /** Whether an attempt has ended, or the app has closed its connection or asked for another. */
  isLeft(attempt: number): boolean;
  /** Whether the stream of an attempt may go on until its successor, which the app has asked for, is accepted. */
  mayDeliver(attempt: number, silent: boolean): boolean;
  /** When the newest attempt began, with the renewal of its credentials if there was one. */
  readonly startedAt: number;
  /** The newest attempt follows a renewal of the credentials. */
  readonly afterRefresh: boolean;
}

interface LicenceOptions {
  readonly now: () => number;
  /** How far the clock of the client may be from this one, in milliseconds of the campaign. */
  readonly skew: number;
  readonly complain: (fault: string) => void;
}

interface Attempt {
  readonly reason: Reason;
  readonly startedAt: number;
  over: boolean;
  /** The app has asked for another. */
  superseded: boolean;
  /** The app has closed its connection. */
  closed: boolean;
}

type Reason = 'command' | 'retry' | 'refresh' | 'unsure';

export function createLicence({ now, skew, complain }: LicenceOptions): Licence {
  const attempts: Attempt[] = [];
  let granted: { readonly reason: Reason; readonly notBefore: number } | null = null;
  /** On the newest attempt that ended. */
  let verdict: Verdict | null = null;
  /** The renewal of the credentials that the verdict asks for has begun. */
  let renewing = false;
  let renewingSince = 0;
  let closed = true;

  const newest = () => attempts.at(-1);

  return {
    get attempts() {
      return attempts.length;
    },
    get unended() {
      return !granted && newest()?.over === false;
    },
    get afterRefresh() {
      return newest()?.reason === 'refresh';
    },
    get startedAt() {
      return newest()?.startedAt ?? 0;
    },
    mayDeliver(number, silent) {
      const attempt = attempts[number - 1];
      return attempt?.superseded === true && !attempt.closed && (silent || !attempt.over);
    },
    isLeft(number) {
      const attempt = attempts[number - 1];
      return !attempt || attempt.over || attempt.superseded;
    },

    end(attempt, next, floor) {
      const ended = attempts[attempt - 1];
      if (!ended || ended.over) return false;
      ended.over = true;
      // Another one is on its way, or is about to be.
      const later = attempts.slice(attempt);
      if (granted && (granted.reason === 'command' || later.length > 0)) return true;
      if (later.some(({ over }) => !over)) return true;
      verdict = next;
      renewing = false;
      const grants = next === 'retry' || next === 'refresh' || next === 'unsure';
      granted = grants ? { reason: next, notBefore: now() + floor } : null;
      return true;
    },

    revive(attempt) {
      const revived = attempts[attempt - 1];
      if (!revived || closed) return;
      revived.over = false;
      granted = null;
    },

    command(command) {
      if (command === 'close') {
        closed = true;
        granted = null;
        for (const attempt of attempts) Object.assign(attempt, { over: true, closed: true });
        return;
      }
      if (command === 'open' && newest()?.over === false)
        complain('was opened while an attempt was under way');
      for (const attempt of attempts) attempt.superseded = true;
      closed = false;
      verdict = null;
      granted = { reason: 'command', notBefore: 0 };
    },

    refresh(step) {
      if (granted?.reason !== 'refresh') {
        if (step === 'began') complain('renewed its credentials although no 401 asked for it');
      } else if (step === 'began') {
        renewing = true;
        renewingSince = now();
      } else if (renewing) {
        granted = null;
        verdict = 'fail';
      } else {
        verdict = 'unsure'; // it began for an earlier attempt, and this one may or may not share it
      }
    },

    rest(rest) {
      if (closed) return;
      const expected = verdict === 'fail' ? 'failed' : verdict === 'stop' ? 'closed' : null;
      if (newest()?.over === false) complain(`is ${rest} although nothing had ended its attempt`);
      else if (verdict !== 'unsure' && rest !== expected)
        complain(`is ${rest} where the policy says ${verdict}`);
    },

    use() {
      if (!granted) complain('came although nothing had ended the one before, or nothing allows another');
      const early = granted ? granted.notBefore - skew - now() : 0;
      if (early > 0) complain(`came ${early} ms too early after ${granted?.reason}`);
      const { reason } = granted ?? { reason: 'retry' };
      const startedAt = reason === 'refresh' ? renewingSince : now();
      attempts.push({ reason, startedAt, over: false, superseded: false, closed: false });
      granted = null;
    },
  };
}
