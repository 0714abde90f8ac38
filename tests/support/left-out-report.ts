import type { Reporter, TestModule } from 'vitest/node';

/** A suite, and why it did not run. */
export interface LeftOut {
  readonly suite: string;
  readonly reason: string;
}

/**
 * Says at the end of a run which suites did not run for want of a program, and why. With `CI=true` that is a
 * failure.
 */
export default class LeftOutReport implements Reporter {
  readonly #projects: readonly LeftOut[];

  /** @param projects The projects for which there is no browser; told where the tests ran in another one. */
  constructor(projects: readonly LeftOut[] = []) {
    this.#projects = projects;
  }

  onTestRunEnd(modules: readonly TestModule[]) {
    const inBrowser = modules.some((module) => module.project.name === 'browser');
    const leftOut = [...(inBrowser ? this.#projects : []), ...modules.flatMap(leftOutOf)];
    if (leftOut.length === 0) return;
    const lines = leftOut.map(({ suite, reason }) => `  ${suite}: ${reason}\n`);
    const { CI } = process.env;
    const isFailure = CI === 'true';
    process.stdout.write(
      `\nNot run${isFailure ? ', which is a failure where CI=true' : ''}:\n${lines.join('')}`,
    );
    if (isFailure) process.exitCode = 1;
  }
}

// One line per file and reason: a suite may hold hundreds of tests.
function leftOutOf(module: TestModule): LeftOut[] {
  const counts = new Map<string, number>();
  for (const test of module.children.allTests()) {
    const reason = test.meta().leftOut;
    if (reason) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].map(([reason, count]) => ({
    suite: `${module.relativeModuleId} (${count} tests)`,
    reason,
  }));
}
