import { examine, planOf } from '../examine.ts';
import { isBad } from '../gate.ts';
import { completeOptions } from '../options.ts';
import { shownUrl } from '../redact.ts';
import { parseWords, UsageError } from './arguments.ts';
import { checksText, helpText, painter, planText, reportText } from './print.ts';

/** An output of the command. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** The outputs and the environment of a command. */
export interface Surroundings {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs the command `sse-machine doctor`.
 *
 * @param words The arguments after `doctor`.
 * @returns The exit code: 0; 1 with findings at or above `--fail-on`; 2 when the arguments are invalid or nothing
 * answers.
 */
export async function runDoctor(
  words: readonly string[],
  { stdout, stderr, env }: Surroundings,
): Promise<0 | 1 | 2> {
  const paintFor = ({ isTTY = false }: Output) =>
    painter(isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb');
  try {
    const wish = parseWords(words);
    if (wish === 'help' || wish === 'checks') {
      stdout.write(wish === 'help' ? helpText() : checksText());
      return 0;
    }
    const { url, options, isJson, failOn } = wish;
    // A program that reads the JSON does not want the plan in it.
    const aside = isJson ? stderr : stdout;
    aside.write(`${planText(shownUrl(url), planOf(options), completeOptions(options), paintFor(aside))}\n`);
    const report = await examine(url, options);
    stdout.write(isJson ? `${JSON.stringify(report, null, 2)}\n` : reportText(report, paintFor(stdout)));
    if (report.unreachable !== null) return 2;
    return report.findings.some((finding) => isBad(finding, failOn)) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    stderr.write(`${error.message}\nsse-machine doctor --help shows all options.\n`);
    return 2;
  }
}
