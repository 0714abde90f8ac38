import { count, seconds } from '../checks/check.ts';
import { checkIds, checks } from '../checks/checks.ts';
import type { PlannedRequests } from '../examine.ts';
import { type Finding, type Report, type Severity, type SkippedCheck, severities } from '../findings.ts';
import type { DoctorSettings } from '../settings.ts';
import { wrapped } from '../wrap.ts';
import { flags } from './arguments.ts';

/** Colours a text, or returns it as it is. */
export type Paint = (text: string, style: Style) => string;

export type Style = Severity | 'dim' | 'strong' | 'good';

const codes: Record<Style, readonly [number, number]> = {
  error: [31, 39],
  warning: [33, 39],
  note: [36, 39],
  good: [32, 39],
  dim: [2, 22],
  strong: [1, 22],
};

/** Makes the {@link Paint} for an output. */
export function painter(hasColour: boolean): Paint {
  return (text, style) => {
    const [on, off] = codes[style];
    return hasColour ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  };
}

const width = 78;

/** The text about the requests that will be sent. */
export function planText(
  url: string,
  plan: readonly PlannedRequests[],
  { headers = {}, timeout, watch }: Pick<DoctorSettings, 'headers' | 'timeout' | 'watch'>,
  paint: Paint,
): string {
  const total = plan.reduce((sum, { requests }) => sum + requests, 0);
  const names = Object.keys(headers);
  const lines = plan.map(
    ({ method, sends, requests }) =>
      `  ${String(requests).padStart(2)} × ${method.padEnd(7)} ${wrapped(sends, width - 15, ' '.repeat(15))}`,
  );
  const secret = names.length === 0 ? [] : [`With ${names.map((name) => `${name}: …`).join(', ')}`];
  const head = `sse-machine doctor: ${url}`;
  const intro = `Sends ${total} requests at most, watches the stream for ${Math.round(watch / 1_000)} s, and ends within ${Math.round(timeout / 1_000)} s:`;
  return [paint(head, 'strong'), '', wrapped(intro, width), ...lines, ...secret, ''].join('\n');
}

/** The text of a report. */
export function reportText(report: Report, paint: Paint): string {
  const { findings, passed, skipped, unreachable } = report;
  const blocks = findings.map((finding) => findingText(finding, paint));
  const tally = severities
    .map((severity) => [severity, findings.filter((one) => one.severity === severity).length] as const)
    .filter(([, number]) => number > 0)
    .map(([severity, number]) => paint(count(number, severity), severity));
  const counts = `${count(passed.length, 'check')} passed, ${skipped.length} could not be made.`;
  const effort = `${count(report.requests, 'request')} in ${seconds(report.duration)}.`;
  return [
    ...blocks,
    ...(unreachable === null ? skippedText(skipped, paint) : []),
    `${tally.length > 0 ? tally.join(', ') : paint('Nothing found', 'good')}. ${counts}`,
    paint(effort, 'dim'),
    paint(wrapped(closing(report), width), 'strong'),
    '',
  ].join('\n');
}

function findingText({ check, severity, title, seen, why, mend }: Finding, paint: Paint): string {
  const row = (name: string, text: string) =>
    `  ${paint(name.padEnd(11), 'dim')}${wrapped(text, width - 13, ' '.repeat(13))}`;
  return [
    `${paint(severity.padEnd(8), severity)} ${paint(title, 'strong')}`,
    row('check', check),
    row('seen', seen),
    row('why', why),
    ...mend.map(({ on, how }) => row(on, how)),
    '',
  ].join('\n');
}

function skippedText(skipped: readonly SkippedCheck[], paint: Paint): string[] {
  if (skipped.length === 0) return [];
  const reasons = [...new Set(skipped.map(({ because }) => because))];
  const lines = reasons.map((reason) => {
    const names = skipped.filter(({ because }) => because === reason).map(({ check }) => check);
    return `  ${wrapped(`${names.join(', ')}: ${reason}`, width - 4, '    ')}`;
  });
  return [paint('Not checked', 'dim'), ...lines.map((line) => paint(line, 'dim')), ''];
}

/** The last line: what to do first. */
function closing({ findings, unreachable }: Report): string {
  const [first] = findings;
  if (unreachable !== null) return `Nothing could be examined: ${unreachable}`;
  if (!first) return 'Nothing to do.';
  const [remedy] = first.mend;
  return `First, ${first.check}: ${remedy?.how ?? ''}`;
}

/** The help of the command. */
export function helpText(): string {
  const rows = Object.entries(flags).map(([name, flag]) => {
    const short = 'short' in flag ? `-${flag.short}, ` : '';
    const value = 'value' in flag ? ` ${flag.value}` : '';
    return `  ${`${short}--${name}${value}`.padEnd(32)}${wrapped(flag.help, width - 34, ' '.repeat(34))}`;
  });
  return [
    'sse-machine doctor URL [options]',
    '',
    wrapped('Examines a server that sends Server-Sent Events, and the proxies before it.', width),
    '',
    ...rows,
    '',
    'It exits with 0 when nothing is wrong, 1 with findings at or above --fail-on,',
    'and 2 when the arguments are invalid or there is no answer.',
    '',
  ].join('\n');
}

/** Every check, one on each line. */
export function checksText(): string {
  const longest = Math.max(...checkIds.map(({ length }) => length));
  const rows = checkIds.map(
    (id) => `${checks[id].severity.padEnd(9)}${id.padEnd(longest + 2)}${checks[id].title}`,
  );
  return `${rows.join('\n')}\n`;
}
