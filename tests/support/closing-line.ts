import type { SerializedError } from 'vitest';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/**
 * Ends every run with one plain line, `12 passed, 0 failed`, that a script can read. It waits for the process
 * to exit, so that nothing follows it and a run that broke before its first test is counted as failed too.
 * Tests that were skipped for a reason are named before it.
 */
export default class ClosingLine implements Reporter {
  #passed = 0;
  #failed = 0;
  #skipped = 0;
  #reasons: readonly string[] = [];

  onInit() {
    process.once('exit', (code) => {
      const failed = code === 0 ? this.#failed : Math.max(this.#failed, 1);
      const skipped = this.#skipped > 0 ? `, ${this.#skipped} skipped` : '';
      for (const reason of this.#reasons) process.stdout.write(`${reason}\n`);
      process.stdout.write(`${this.#passed} passed, ${failed} failed${skipped}\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state: string) => tests.filter((test) => test.result().state === state).length;
    this.#passed = inState('passed');
    this.#skipped = inState('skipped') + inState('pending');
    this.#reasons = reasonsOf(tests);
    this.#failed = inState('failed') + unhandledErrors.length + modules.filter(brokeOutsideItsTests).length;
  }
}

// A file that does not load, or a hook around its tests that throws.
function brokeOutsideItsTests(module: TestModule) {
  return [module, ...module.children.allSuites()].some((suite) => suite.errors().length > 0);
}

function reasonsOf(tests: readonly TestCase[]): string[] {
  const counts = new Map<string, number>();
  for (const test of tests) {
    const result = test.result();
    if (result.state !== 'skipped' || result.note === undefined) continue;
    const reason = `${test.module.relativeModuleId}: ${result.note}`;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].map(([reason, count]) => `did not run: ${count} of ${reason}`);
}
