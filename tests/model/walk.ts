import { expect } from 'vitest';
import { describe, type PathEvent, type TestEvent } from '../../testing/paths/events.ts';
import { type PathStage, play } from '../../testing/paths/step.ts';
import { transitionName } from '../../testing/paths/transitions.ts';
import { Reference, type Sight } from './reference.ts';
import type { Route } from './routes.ts';
import type { Situation } from './situations.ts';

/** A connection that is under way, and what it is played with. */
export interface Scene {
  readonly stage: PathStage;
  /** Looks at the connection, after whatever is under way had a moment to happen. */
  look(): Promise<Sight>;
  /** The transitions that were taken since last asked, where they can be known. */
  taken?(): string[];
  /** The announcements that were made since last asked, where they can be heard. */
  announced?(): string[];
  stop(): Promise<void>;
}

/** A target that the routes are walked on: the package with all that is real around it. */
export interface Target {
  readonly name: string;
  /** The stream is carried by the browser's own EventSource. */
  readonly native: boolean;
  /** The statechart opens the connection by itself; otherwise it is opened from outside, at once. */
  readonly immediate: boolean;
  /** The events that cannot happen there. */
  readonly without: readonly PathEvent[];
  /** Sets up a connection and lets it begin. */
  begin(situation: Situation): Promise<Scene>;
}

/** How long a scene may take to look as it must, in milliseconds. */
const patience = 20_000;

/** Walks a route, and holds what is seen after every step against what must be seen. */
export async function walk({ situation, moves }: Route, target: Target): Promise<void> {
  const reference = new Reference(situation.options, { ...situation, native: target.native });
  const scene = await target.begin(situation);
  const done: string[] = [];
  try {
    await compare(scene, reference, done);
    scene.taken?.();
    for (const { event, before, model } of moves) {
      done.push(describe(event, before));
      const expected = model.choices.flatMap(({ taken }) => (taken ? [transitionName(taken)] : []));
      for (const [part, isLast] of partsOf(event)) {
        reference.play(part);
        await play(part, scene.stage);
        await compare(scene, reference, done);
        const [taken, announced] = [scene.taken?.(), scene.announced?.()];
        const due = reference.announced();
        if (announced) expectEqual(announced, due, done);
        if (taken) expectEqual(taken, isLast ? expected : [], done);
      }
    }
  } catch (error) {
    await scene.stop().catch(() => {}); // what is left open follows from what went wrong before
    throw error;
  }
  await scene.stop();
}

/** Of a wait the last millisecond by itself, until which nothing may happen. */
function partsOf(event: TestEvent): [part: TestEvent, isLast: boolean][] {
  if (event.event !== 'wait' || event.ms <= 1) return [[event, true]];
  return [
    [{ ...event, ms: event.ms - 1 }, false],
    [{ ...event, ms: 1 }, true],
  ];
}

/** Waits until nothing is left of what is counted, once all is over. */
export async function emptied(count: () => Promise<number>): Promise<void> {
  const deadline = performance.now() + patience;
  let left = await count();
  while (left > 0 && performance.now() < deadline) left = await count();
  expect(left, 'sockets and timers that are left').toBe(0);
}

async function compare(scene: Scene, { sight }: Reference, done: readonly string[]): Promise<void> {
  const deadline = performance.now() + patience;
  let seen = await scene.look();
  while (!isAlike(seen, sight) && performance.now() < deadline) {
    seen = await scene.look();
  }
  expectEqual(seen, sight, done);
}

function isAlike(seen: Sight, expected: Sight): boolean {
  return Object.entries(expected).every(([name, value]) => seen[name as keyof Sight] === value);
}

function expectEqual(seen: unknown, expected: unknown, done: readonly string[]): void {
  expect(seen, ['at first', ...done].join(', then ')).toEqual(expected);
}
