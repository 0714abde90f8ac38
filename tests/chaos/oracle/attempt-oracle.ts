import type { Verdict } from './verdict.ts';

/** The commands of an app, told before they are called. `open` also stands for the start of a new connection. */
export type Command = 'open' | 'close' | 'reconnect';

/** The statuses of a connection that will not go on by itself. */
export type Rest = 'failed' | 'exhausted' | 'closed';

/** How an attempt ended, as the server knows it. */
export interface End {
  readonly verdict: Verdict;
  /** When the client can notice it at the earliest, and at the latest. */
  readonly noticedAt: number;
  readonly noticedBy: number;
  /** How long the server asked to wait, in milliseconds of the campaign. */
  readonly floor: number;
  /** If it was to replace a stream that is open: the server wants that one gone, and then the request once more. */
  readonly mindsSecond: boolean;
  /** It brought news although there are no IDs to tell them by: the retries count from the start. */
  readonly news: 'none' | 'perhaps' | 'surely';
}

/**
 * Knows how many attempts a client may make and when the next one may begin: from the faults that it met and
 * from what its app asked for, never from what it says of itself.
 */
export interface AttemptOracle {
  /** How many attempts there were. */
  readonly attempts: number;
  /** The request of an attempt has come, and may be answered with a stream. */
  arrive(attempt: number): void;
  /** An attempt of the client ended. False when that could no longer concern the client. */
  end(attempt: number, end: End): boolean;
  /** The client has gone from an attempt that had not ended. */
  leave(attempt: number): void;
  /** The attempt goes on after all: the browser itself sends its request once more. */
  revive(attempt: number): void;
  /** The server has said that there is nothing more to come. */
  finish(): void;
  /** Something new has reached the app. */
  progress(): void;
  command(command: Command): void;
  /** The client renews its credentials, or has failed to. */
  refresh(step: 'began' | 'failed'): void;
  /** The client says that it has forgotten where it was. */
  forget(): void;
  /** The client says that it will not go on by itself. */
  rest(rest: Rest): void;
  /** The next attempt begins. */
  use(): void;
  /** Nothing is known to have ended the newest attempt, and nothing else allows another. */
  readonly unended: boolean;
  /** Whether an attempt has ended, or the app has closed its connection or asked for another. */
  isLeft(attempt: number): boolean;
  /** Whether the stream of an attempt may go on until its successor, which the app has asked for, is accepted. */
  mayDeliver(attempt: number): boolean;
  /** When the newest attempt began, with the renewal of its credentials if there was one. */
  readonly startedAt: number;
  /** The newest attempt follows a renewal of the credentials. */
  readonly afterRefresh: boolean | 'unsure';
}

interface AttemptOracleOptions {
  readonly now: () => number;
  /** How far the clock of the client may be from this one, in milliseconds of the campaign. */
  readonly skew: number;
  /** How many retries the client has. */
  readonly maxRetries: number;
  /** How long a stream has to last for the retries to be whole again, in milliseconds of the campaign. */
  readonly stableAfter: number;
  readonly complain: (fault: string) => void;
}

interface Attempt {
  readonly startedAt: number;
  readonly afterRefresh: boolean | 'unsure';
  arrived: boolean;
  over: boolean;
  /** When the client must have noticed that it is over. */
  noticedBy: number;
  /** The app has asked for another. */
  superseded: boolean;
  /** The app has closed its connection. */
  closed: boolean;
  /** The stream that it was to replace has said that there is nothing more to come. */
  finished: boolean;
}

interface Grant {
  readonly reason: 'command' | Verdict;
  readonly notBefore: number;
}

export function createAttemptOracle({
  now,
  skew,
  maxRetries,
  stableAfter,
  complain,
}: AttemptOracleOptions): AttemptOracle {
  const attempts: Attempt[] = [];
  let granted: Grant | null = null;
  /** On the newest attempt that ended. */
  let verdict: Verdict | null = null;
  /** The renewal of the credentials that the verdict asks for has begun. */
  let renewing = false;
  let renewingSince = 0;
  let closed = true;
  /** Until when a server that would not have a replacement wants no request. */
  let heldUntil = 0;
  let hasForgotten = false;
  /** How many retries are charged, at least and at most. */
  let charged = { least: 0, most: 0 };

  const newest = () => attempts.at(-1);

  /** Whether the client may still read the stream of an attempt. */
  function isPerhapsOpen({ superseded, closed, arrived, over, noticedBy }: Attempt): boolean {
    return superseded && !closed && arrived && (!over || now() <= noticedBy);
  }

  function grant(next: Verdict, reason: Grant['reason'], notBefore: number): void {
    verdict = next;
    renewing = false;
    granted = next === 'fail' || next === 'stop' ? null : { reason, notBefore };
  }

  /** A retry is charged for an attempt that has failed, perhaps. */
  function charge({ startedAt }: Attempt, { verdict, news, noticedAt }: End): void {
    const isPerhapsWhole = news !== 'none' || noticedAt - startedAt >= stableAfter;
    const least = isPerhapsWhole ? 0 : charged.least;
    const most = news === 'surely' ? 0 : charged.most;
    charged = { least: verdict === 'retry' ? least + 1 : least, most: most + 1 };
  }

  return {
    get attempts() {
      return attempts.length;
    },
    get unended() {
      return !granted && newest()?.over === false;
    },
    get afterRefresh() {
      return newest()?.afterRefresh ?? false;
    },
    get startedAt() {
      return newest()?.startedAt ?? 0;
    },
    arrive(number) {
      const attempt = attempts[number - 1];
      if (attempt) attempt.arrived = true;
    },
    mayDeliver(number) {
      const attempt = attempts[number - 1];
      return attempt !== undefined && isPerhapsOpen(attempt);
    },
    isLeft(number) {
      const attempt = attempts[number - 1];
      return !attempt || attempt.over || attempt.superseded;
    },

    end(number, end) {
      const ended = attempts[number - 1];
      if (!ended || ended.over) return false;
      Object.assign(ended, { over: true, noticedBy: end.noticedBy });
      const { verdict: next, floor, mindsSecond } = end;
      if (granted?.reason === 'command') return true;
      const later = attempts.slice(number);
      const successor = later.find(({ over }) => !over);
      if (successor) {
        // It takes the place of the stream that has ended, unless that was the end of all.
        if (next === 'stop' || next === 'unsure') successor.finished = true;
        return true;
      }
      const isPerhapsReplacement = attempts.slice(0, number - 1).some(isPerhapsOpen);
      const notBefore = Math.max(end.noticedAt + floor, heldUntil);
      if (later.length > 0 && granted) {
        // The successor has failed before: the client may have dropped this stream then, or may lose it now.
        grant(next === verdict ? next : 'unsure', 'unsure', Math.min(notBefore, granted.notBefore));
        charged.most += 1;
      } else if (!isPerhapsReplacement) {
        grant(next, next, notBefore);
        if (next === 'retry' || next === 'unsure') charge(ended, end);
      } else {
        // Where that stream is open, the server wants it gone, or it goes on; where it is not, this is as any other.
        grant(
          next === 'retry' || (mindsSecond && next === 'restart') ? next : 'unsure',
          'unsure',
          mindsSecond ? 0 : end.noticedAt,
        );
        if (!mindsSecond) heldUntil = now() + floor;
        charged.most += 1;
      }
      return true;
    },

    leave(number) {
      const left = attempts[number - 1];
      if (left) Object.assign(left, { over: true, noticedBy: now() });
    },

    revive(number) {
      const revived = attempts[number - 1];
      if (!revived || closed) return;
      revived.over = false;
      granted = null;
    },

    finish() {
      for (const attempt of attempts) attempt.over = true;
      granted = null;
      verdict = 'stop';
    },

    progress() {
      // An exchange that has ended may be charged afterwards, once the client knows.
      charged = { least: 0, most: newest()?.over === false ? 0 : 2 };
    },

    command(command) {
      heldUntil = 0;
      hasForgotten = false;
      renewing = false;
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
      charged = { least: 0, most: 0 };
      granted = { reason: 'command', notBefore: 0 };
    },

    refresh(step) {
      if (granted?.reason !== 'refresh' && granted?.reason !== 'unsure') {
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

    forget() {
      if (granted?.reason !== 'restart' && granted?.reason !== 'unsure')
        complain('forgot where it was although no 410 asked for it');
      hasForgotten = true;
    },

    rest(rest) {
      if (closed) return;
      const last = newest();
      if (rest === 'exhausted') {
        if (charged.most <= maxRetries) complain(`gave up after ${charged.most} of ${maxRetries} retries`);
        granted = null;
        return;
      }
      const expected = verdict === 'fail' ? 'failed' : verdict === 'stop' ? 'closed' : null;
      if (last?.over === false) {
        if (!last.finished) complain(`is ${rest} although nothing had ended its attempt`);
        last.over = true;
      } else if (verdict !== 'unsure' && rest !== expected) {
        complain(`is ${rest} where the policy says ${verdict}`);
      }
    },

    use() {
      if (!granted) complain('came although nothing had ended the one before, or nothing allows another');
      const { reason, notBefore } = granted ?? { reason: 'retry', notBefore: 0 };
      const early = notBefore - skew - now();
      if (early > 0) complain(`came ${early} ms too early after ${reason}`);
      if (reason === 'restart' && !hasForgotten)
        complain('asked again after a 410, and did not tell of the gap');
      if (charged.least > maxRetries)
        complain(`came for the ${charged.least}th time in vain, of ${maxRetries}`);
      const afterRefresh = renewing || ((reason === 'refresh' || reason === 'unsure') && 'unsure');
      attempts.push({
        startedAt: renewing ? renewingSince : now(),
        afterRefresh,
        arrived: false,
        over: false,
        noticedBy: Infinity,
        superseded: false,
        closed: false,
        finished: false,
      });
      granted = null;
      renewing = false;
      hasForgotten = false;
      heldUntil = 0;
    },
  };
}
