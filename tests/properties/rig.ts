import assert from 'node:assert/strict';
import type { Actor, SnapshotFrom } from 'xstate';
import {
  type ConnectionCommand,
  type ConnectionEmitted,
  type connectionMachine,
  connectionStatuses,
  selectStatus,
} from '../../machines/connection.ts';
import type { TestClock } from '../../testing/clock.ts';
import type { Oracle } from './oracle.ts';
import { type Command, longest, type Signal, type Speaker, type Step, type Word } from './steps.ts';

export interface SeenRequest {
  readonly at: number;
  readonly lastEventId: string;
  readonly refresh: boolean;
}

/** A connection under test: the machine, with something in the place of the server and of the page. */
export interface Rig {
  readonly actor: Actor<typeof connectionMachine>;
  readonly clock: TestClock;
  readonly oracle: Oracle;
  /** The requests since last looked at. */
  readonly requests: SeenRequest[];
  /** How many transports run. */
  readonly alive: number;
  /** Faults that nobody could catch. */
  readonly faults: readonly unknown[];
  /** Says a word through one of the streams, and tells the oracle if it must be heard. */
  say(word: Word, by: Speaker): void;
  /** How the next attempts are met. */
  prepare(words: readonly Word[]): void;
  signal(signal: Signal): void;
  /** Lets what is under way come to rest. */
  settle(): Promise<void> | void;
  stop(): void;
}

/** The news that the connection has announced since last looked at, and the delay that it announced last. */
interface News {
  readonly announced: string[];
  delay: number | null;
}

/** Transitions, steps and states that the tests have gone through, all runs together. */
export const travelled = { transitions: 0, steps: 0, states: new Set<string>() };

/** Plays the steps, and holds the connection against the oracle and against the invariants after each. */
export async function play(rig: Rig, steps: readonly Step[]): Promise<void> {
  const { actor, oracle } = rig;
  const news: News = { announced: [], delay: null };
  const note = (event: ConnectionEmitted) => {
    news.announced.push(sentence(event));
    if (event.type === 'failure') news.delay = event.retryDelay;
  };
  for (const type of ['messages', 'opened', 'gap', 'failure', 'gaveUp', 'closed'] as const)
    actor.on(type, note);
  let before: unknown = actor.getSnapshot();
  const untoward: unknown[] = [];
  actor.subscribe({
    next: (snapshot) => {
      if (snapshot === before) return;
      before = snapshot;
      travelled.transitions += 1;
      try {
        checkOnItsOwn(snapshot);
      } catch (error) {
        untoward.push(error); // thrown here, it would reach nobody
      }
    },
    error: (error) => untoward.push(error),
  });
  /** The app has closed the connection, for good or for a while. */
  let closed: 'close' | 'suspend' | undefined;

  async function rest(): Promise<void> {
    await rig.settle();
    if (closed) assert.deepEqual(rig.requests, [], 'a request after close()');
    lookAtDelay(rig, news);
    check(rig, news.announced.splice(0));
    if (untoward.length > 0) throw untoward[0];
  }

  actor.start();
  oracle.start();
  await rest();
  for (const step of steps) {
    travelled.steps += 1;
    if ('wait' in step) {
      await wait(rig, step.wait, news, rest);
      continue;
    }
    if ('ask' in step) {
      closed = closedAfter(step.ask, closed, oracle);
      ask(rig, step);
    } else if ('say' in step) rig.say(step, step.by);
    else if ('prepare' in step) rig.prepare(step.prepare);
    else rig.signal(step.signal);
    await rest();
  }
  rig.stop();
  await rig.settle();
  assert.deepEqual({ alive: rig.alive, timers: rig.clock.pending }, { alive: 0, timers: 0 });
}

function closedAfter(
  asked: Command['ask'],
  closed: 'close' | 'suspend' | undefined,
  { phase }: Oracle,
): 'close' | 'suspend' | undefined {
  if (asked === 'close') return 'close';
  if (asked === 'suspend') return phase === 'inactive' ? closed : (closed ?? 'suspend');
  if (asked === 'resume') return closed === 'suspend' && phase === 'suspended' ? undefined : closed;
  return asked === 'move' ? closed : undefined;
}

function ask({ actor, oracle, clock }: Rig, { ask, lastEventId }: Command): void {
  if (ask === 'resume') actor.send({ type: 'resume', at: clock.now() });
  else actor.send({ type: ask, lastEventId } as ConnectionCommand);
  oracle[ask](lastEventId);
}

/** Goes through every moment at which something is due, and through the millisecond before it. */
async function wait(rig: Rig, ms: number | 'due', news: News, rest: () => Promise<void>): Promise<void> {
  const { clock, oracle } = rig;
  const next = () => oracle.next;
  const end = ms === 'due' ? next() : clock.now() + ms;
  if (end === Infinity) return;
  // A chain without an end is possible: a delay of 0 and a limit of none.
  for (let turns = 0; next() <= end && turns < 8; turns += 1) {
    if (next() - clock.now() > 1) {
      clock.advance(next() - clock.now() - 1);
      await rest();
    }
    clock.advance(next() - clock.now());
    // One thing may lead to the next at the same moment: a timeout to a wait of 0, and that to an attempt.
    do {
      oracle.elapsed();
      lookAtDelay(rig, news);
    } while (next() <= clock.now());
    await rest();
  }
  if (next() > end) clock.advance(end - clock.now());
  await rest();
}

/** Compares what is with what must be. */
function check(rig: Rig, announced: string[]): void {
  const { actor, clock, oracle } = rig;
  const snapshot = actor.getSnapshot();
  const { context } = snapshot;
  const state = JSON.stringify(snapshot.value);
  travelled.states.add(state);

  const { retryDelay, retryAt, retries, lastEventId, closeReason, openedAt } = context;
  const waits = oracle.phase === 'waiting' || oracle.phase === 'offline';
  assert.deepEqual(
    {
      state,
      retries,
      lastEventId,
      closeReason,
      openedAt,
      error: context.error?.kind ?? null,
      retryDelay,
      retryAt,
      timers: clock.pending,
      alive: rig.alive,
      requests: rig.requests.splice(0),
      announced,
    },
    {
      state: states[oracle.phase],
      retries: oracle.retries,
      lastEventId: oracle.lastEventId,
      closeReason: oracle.closeReason,
      openedAt: oracle.openedAt,
      error: oracle.error,
      retryDelay: waits ? oracle.due - oracle.waitsSince : null,
      retryAt: waits ? oracle.due : null,
      timers: oracle.timers,
      alive: oracle.alive,
      requests: oracle.requests.splice(0),
      announced: oracle.announced.splice(0),
    },
  );

  assert.equal(snapshot.status, 'active');
  assert.deepEqual(rig.faults, [], 'something was thrown');
  // One stream is open or asked for; beside an open one there may be the request that is to replace it.
  const isLive = snapshot.hasTag('connecting') || snapshot.hasTag('open');
  assert.ok(rig.alive >= Number(isLive) && rig.alive <= Number(isLive) + Number(snapshot.hasTag('open')));
}

/** Checks what holds of every snapshot, whatever led to it. */
function checkOnItsOwn(snapshot: SnapshotFrom<typeof connectionMachine>): void {
  const { settings, ...facts } = snapshot.context;
  const tags = connectionStatuses.filter((status) => snapshot.hasTag(status));
  assert.deepEqual(tags, [selectStatus(snapshot)], 'exactly one status');
  assert.ok(facts.retries <= settings.maxRetries, 'more retries than allowed');
  assert.deepEqual(JSON.parse(JSON.stringify(facts)), facts, 'a context that is not plain');
}

/** Checks that the delay, in whole milliseconds, lies where the server, the settings and the kind of jitter want it. */
function lookAtDelay({ actor, oracle }: Rig, { delay }: News): void {
  const { draw } = oracle;
  if (!draw) return;
  const { previousBackoff, doubt, retryDelay } = actor.getSnapshot().context;
  const { proofTime } = doubt;
  for (const retry of [draw, draw.instead]) {
    if (retry?.what !== 'retry') continue;
    assertBetween(previousBackoff, retry);
    oracle.sawRetry(previousBackoff);
  }
  if (draw.what === 'retry') {
    assert.equal(delay, oracle.sawDraw(previousBackoff));
  } else if (draw.what === 'proof') {
    const least = 5_000 + draw.floor;
    assertBetween(proofTime, { least: least + draw.least, most: least + draw.most });
    assert.equal(proofTime, oracle.sawDraw(proofTime - least));
  } else if (draw.what === 'release') {
    const least = Math.max(500, draw.floor);
    const wait = retryDelay ?? delay ?? 0;
    assertBetween(wait, { least: least + draw.least, most: least + draw.most });
    assert.equal(wait, oracle.sawDraw(wait - least));
  } else {
    const wait = retryDelay ?? delay ?? 0; // one of no time is over already
    assertBetween(wait, { least: draw.least, most: Math.max(draw.most, draw.floor) });
    assert.equal(wait, oracle.sawDraw(wait));
  }
}

function assertBetween(drawn: number, { least, most }: { least: number; most: number }): void {
  assert.ok(Number.isInteger(drawn), `a delay of ${drawn}`);
  assert.ok(
    drawn >= Math.min(longest, least - 0.5) && drawn <= most + 0.5,
    `${drawn} is not in ${least}..${most}`,
  );
}

function sentence(event: ConnectionEmitted): string {
  if (event.type === 'gap') return `gap ${event.reason}`;
  if (event.type === 'messages') return `messages ${event.messages.map(({ id }) => id)}`;
  return event.type === 'closed' ? `closed ${event.reason}` : event.type;
}

const states: Record<Oracle['phase'], string> = {
  connecting: '{"live":"connecting"}',
  fresh: '{"live":{"open":"fresh"}}',
  stable: '{"live":{"open":"stable"}}',
  doubted: '{"live":{"open":"doubted"}}',
  reconnecting: '{"live":{"open":{"replacing":"reconnecting"}}}',
  verifying: '{"live":{"open":{"replacing":"verifying"}}}',
  renewing: '{"live":{"open":{"replacing":"renewing"}}}',
  waiting: '{"backoff":"waiting"}',
  offline: '{"backoff":"offline"}',
  failed: '"failed"',
  inactive: '{"closed":"inactive"}',
  paused: '{"closed":"paused"}',
  suspended: '{"closed":"suspended"}',
};
