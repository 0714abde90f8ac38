import { checkIds, checks } from './checks/checks.ts';
import { examine } from './examine.ts';
import type { Finding, Report } from './findings.ts';
import { isBad } from './gate.ts';
import { completeOptions, type DoctorOptions } from './options.ts';
import { wrapped } from './wrap.ts';

/** How {@link conformanceTests} are set up. */
export interface ConformanceOptions extends DoctorOptions {
  /**
   * The lowest severity that fails a test. Checks of a lower severity have no test.
   *
   * @default 'warning'
   */
  readonly failOn?: 'error' | 'warning' | undefined;
}

/** A test for any test runner. */
export interface ConformanceTest {
  /** The state that is right, as a sentence: the title of the check. */
  readonly name: string;
  /** Rejects when the server is not as the name says. The first test that runs examines the server for all of them. */
  readonly run: () => Promise<void>;
  /** How long it may take, in milliseconds. */
  readonly timeout: number;
}

/**
 * Makes tests of a server of your own: one for each check.
 *
 * @example
 * ```ts
 * for (const { name, run, timeout } of conformanceTests(() => server.url)) test(name, run, timeout);
 * ```
 * @param url The URL of the stream, or a function that returns it when the first test runs.
 * @throws TypeError when an option is invalid.
 */
export function conformanceTests(
  url: string | URL | (() => string | URL | Promise<string | URL>),
  { failOn = 'warning', ...options }: ConformanceOptions = {},
): readonly ConformanceTest[] {
  if (failOn !== 'error' && failOn !== 'warning')
    throw new TypeError("`failOn` must be 'error' or 'warning'.");
  const { only = checkIds, skip = [], timeout } = completeOptions(options);
  let report: Promise<Report> | undefined;
  const ids = checkIds.filter((id) => only.includes(id) && !skip.includes(id) && isBad(checks[id], failOn));
  return ids.map((id) => ({
    name: checks[id].title,
    timeout: timeout + 10_000,
    async run() {
      report ??= (async () => examine(typeof url === 'function' ? await url() : url, options))();
      const { findings } = await report;
      const finding = findings.find(({ check }) => check === id);
      if (finding) throw new Error(messageOf(finding));
    },
  }));
}

function messageOf({ check, title, seen, why, mend }: Finding): string {
  const remedies = mend.map(({ on, how }) => `- ${on}: ${how}`);
  return [`Not so: ${title} (${check}).`, '', seen, why, '', ...remedies]
    .map((line) => wrapped(line, 100))
    .join('\n');
}
