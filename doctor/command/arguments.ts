import { parseArgs } from 'node:util';
import { type CheckId, checkIds } from '../checks/checks.ts';
import type { Severity } from '../findings.ts';
import { completeOptions, type DoctorOptions, targetOf } from '../options.ts';

/** The parsed arguments of the command. */
export interface Wish {
  readonly url: URL;
  readonly options: DoctorOptions;
  readonly isJson: boolean;
  readonly failOn: Severity | 'never';
}

/** The arguments of a command are invalid; the message says what to do. */
export class UsageError extends Error {}

/** The flags, each with its value and its help. */
export const flags = {
  header: {
    type: 'string',
    short: 'H',
    multiple: true,
    value: "'Name: value'",
    help: 'Sends a header; may be repeated. Its value is never shown.',
  },
  method: {
    type: 'string',
    value: 'METHOD',
    help: 'The method, if not GET. An unsafe one is sent only once.',
  },
  body: { type: 'string', value: 'TEXT', help: 'Sends a body.' },
  origin: {
    type: 'string',
    value: 'ORIGIN',
    help: 'Checks the permissions of a page of this origin (CORS).',
  },
  'last-event-id-param': { type: 'string', value: 'NAME', help: 'Resumes with this query parameter too.' },
  only: {
    type: 'string',
    multiple: true,
    value: 'CHECKS',
    help: 'Makes only these checks (names with commas between).',
  },
  skip: { type: 'string', multiple: true, value: 'CHECKS', help: 'Does not make these checks.' },
  watch: { type: 'string', value: 'TIME', help: 'Watches the stream for this time (35s).' },
  patience: { type: 'string', value: 'TIME', help: 'Waits this time for an answer (10s).' },
  'max-silence': { type: 'string', value: 'TIME', help: 'The longest silence that is allowed (30s).' },
  timeout: {
    type: 'string',
    value: 'TIME',
    help: 'Ends after this time; other checks are skipped (120s).',
  },
  insecure: { type: 'boolean', help: 'Accepts any certificate.' },
  json: { type: 'boolean', help: 'Writes the report as JSON.' },
  'fail-on': {
    type: 'string',
    value: 'error|warning|never',
    help: 'Exits with 1 from this severity on (warning).',
  },
  checks: { type: 'boolean', help: 'Lists all checks.' },
  help: { type: 'boolean', short: 'h', help: 'Shows this.' },
} as const;

/** @throws UsageError when the arguments are invalid. */
export function parseWords(words: readonly string[]): Wish | 'help' | 'checks' {
  const { values, positionals } = parse(words);
  if (values.help) return 'help';
  if (values.checks) return 'checks';
  const [url, ...others] = positionals;
  if (url === undefined) throw new UsageError('Give the URL of an event stream.');
  if (others.length > 0) throw new UsageError(`Give one URL, without ${others[0]}.`);
  const options = {
    method: values.method,
    headers: values.header && headersOf(values.header),
    body: values.body,
    origin: values.origin,
    lastEventIdParam: values['last-event-id-param'],
    only: values.only && checksOf(values.only),
    skip: values.skip && checksOf(values.skip),
    watch: timeOf('watch', values.watch),
    patience: timeOf('patience', values.patience),
    maxSilence: timeOf('max-silence', values['max-silence']),
    timeout: timeOf('timeout', values.timeout),
    insecure: values.insecure,
  };
  try {
    completeOptions(options);
    return { url: targetOf(url), options, isJson: values.json === true, failOn: failOnOf(values['fail-on']) };
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: flags, allowPositionals: true });
  } catch (error) {
    // The first sentence says what is wrong. The rest is about values that begin with a dash.
    throw new UsageError(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error));
  }
}

function headersOf(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name, value] = /^\s*([^\s:]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      throw new UsageError("A header is written as -H 'Name: value'.");
    }
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}

function checksOf(lists: readonly string[]): CheckId[] {
  return lists
    .flatMap((list) => list.split(','))
    .filter((name) => name !== '')
    .map((name) => {
      const id = checkIds.find((one) => one === name.trim());
      if (id === undefined) throw new UsageError(`There is no check ${name}. --checks lists all.`);
      return id;
    });
}

function timeOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, number, unit = 'ms'] = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text) ?? [];
  if (number === undefined) throw new UsageError(`--${flag} takes a time such as 30s or 500ms.`);
  return Number(number) * (unit === 'm' ? 60_000 : unit === 's' ? 1_000 : 1);
}

function failOnOf(text = 'warning'): Wish['failOn'] {
  if (text === 'error' || text === 'warning' || text === 'never') return text;
  throw new UsageError('--fail-on takes error, warning or never.');
}
