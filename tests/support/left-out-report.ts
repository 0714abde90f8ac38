import type { Reporter, TestModule } from 'vitest/node';

/** A suite, and why it does not run on this machine. */
export interface LeftOut {
  readonly suite: string;
  readonly reason: string;
}

/**
 * Says at the end of a run which browsers did not run, and why; with `CI=true` that is a failure. Tests that are skipped
 * for want of a program (`programs.ts`) are named by `closing-line.ts`.
 */
export default class LeftOutReport implements Reporter {
  readonly #leftOut: readonly LeftOut[];

  /** @param leftOut Told where the same tests ran in the browser that is there. */
  constructor(leftOut: readonly LeftOut[]) {
    this.#leftOut = leftOut;
  }

  onTestRunEnd(modules: readonly TestModule[]) {
    const ranInBrowser = modules.some((module) => module.project.name.startsWith('browser'));
    if (this.#leftOut.length === 0 || !ranInBrowser) return;
    const { CI } = process.env;
    const isFailure = CI === 'true';
    for (const { suite, reason } of this.#leftOut) {
      process.stdout.write(
        `did not run${isFailure ? ', which is a failure here' : ''}: ${suite}: ${reason}\n`,
      );
    }
    if (isFailure) process.exitCode = 1;
  }
}
