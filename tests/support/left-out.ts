import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestOptions } from 'vitest';

/**
 * The options of a test or a suite that needs programs of the system: `describe('…', needs('nginx'), () => …)`.
 * Where one is missing, it is skipped, and `left-out-report.ts` says so at the end of the run.
 */
export function needs(...programs: readonly string[]): TestOptions {
  const missing = missingOf(programs);
  return missing.length === 0 ? {} : { skip: true, meta: { leftOut: notInstalled(missing) } };
}

/** Those of the programs that are not on this machine. */
export function missingOf(programs: readonly string[]): string[] {
  return programs.filter((name) => findProgram(name) === undefined);
}

/** The reason for leaving something out, in words. */
export function notInstalled(missing: readonly string[]): string {
  return `${missing.join(' and ')} not installed`;
}

/** The path of a program of this machine. */
export function findProgram(name: string): string | undefined {
  // Debian puts servers into the folders of root, which are on the path of nobody else.
  const { PATH = '' } = process.env;
  const folders = [...PATH.split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

declare module 'vitest' {
  interface TaskMeta {
    /** The reason why the test was not run on this machine. */
    leftOut?: string;
  }
}
