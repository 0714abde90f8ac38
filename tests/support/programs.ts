import { beforeEach } from 'vitest';
import { findProgram, type ProgramName, programs } from '../../scripts/programs.mjs';

/**
 * Has the tests of a file, or of a `describe`, run only where these programs are installed. Where one is missing they are
 * skipped, and the end of the run says why; with `CI=true` they fail.
 */
export function needsPrograms(...names: readonly ProgramName[]): void {
  const missing = names.filter((name) => !findProgram(name));
  if (missing.length === 0) return;
  const why = `${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} not installed`;
  const packages = missing.map((name) => programs[name]).join(' ');
  beforeEach(({ skip }) => {
    if (process.env['CI'] !== 'true') skip(why);
    throw new Error(`${why}: on Debian, \`apt-get install ${packages}\` does it, and \`npm test\` as root.`);
  });
}

/** @throws Error where it is not installed: see {@link needsPrograms}. */
export function pathOf(name: ProgramName): string {
  const path = findProgram(name);
  if (!path) throw new Error(`${name} is not installed.`);
  return path;
}
