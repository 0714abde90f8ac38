import { describe, expect, it } from 'vitest';
import { Coverage, type CoverageReport, type OutOfReach } from './coverage.ts';
import type { Route } from './routes.ts';
import { type Target, walk } from './walk.ts';

/**
 * Walks the routes on a target, one test each, and asks at the end whether that was all of the statechart.
 *
 * @param outOfReach What the target cannot do, by the reason.
 */
export function runModel(target: Target, routes: readonly Route[], outOfReach: OutOfReach = {}): void {
  const coverage = new Coverage();
  const situations = [...new Set(routes.map(({ situation }) => situation.name))];

  describe.each(situations)(`${target.name}: a connection %s`, (situation) => {
    it.each(routes.filter((route) => route.situation.name === situation))('$name', async (route) => {
      await walk(route, target);
      coverage.add(route, target.immediate);
    });
  });

  it(`${target.name}: every state, every transition and both answers of every guard`, ({ task }) => {
    const report = coverage.report(target.name, outOfReach);
    task.meta.coverage = report;
    expect(report.complaints).toEqual([]);
  });
}

declare module 'vitest' {
  interface TaskMeta {
    /** The coverage of the statechart by the paths. */
    coverage?: CoverageReport;
  }
}
