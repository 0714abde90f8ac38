import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Runs tests by Vitest, and shows what it writes.
 *
 * @param words What Vitest is given on the command line.
 * @returns How many tests passed and failed, which is what a result wants.
 */
export function runTests(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): { passed: number; failed: number } {
  const { stdout } = spawnSync(`vitest run ${words.join(' ')}`, {
    cwd: join(import.meta.dirname, '../..'),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: true,
    maxBuffer: 2 ** 28,
    env: { ...process.env, ...env },
  });
  process.stdout.write(stdout);
  // The last line of tests/support/closing-line.ts.
  const [, passed, failed] = /(\d+) passed, (\d+) failed[^\n]*\n$/.exec(stdout) ?? [];
  return { passed: Number(passed ?? 0), failed: Number(failed ?? 1) };
}
