import { isSafe } from '../transports/transport.ts';
import { whyUnreachable } from './checks/answer.ts';
import { type Check, type Place, places, type Verdict } from './checks/check.ts';
import { type CheckId, checkIds, checks } from './checks/checks.ts';
import { type Finding, type Report, type SkippedCheck, severities } from './findings.ts';
import { type Choice, completeOptions, type DoctorOptions, targetOf } from './options.ts';
import { type Examination, startExamination } from './probes/examination.ts';
import { isSkipped, isStream, type Observed, type ProbeId } from './probes/probe.ts';
import { probeIds, probes } from './probes/probes.ts';
import { redactor, shownUrl } from './redact.ts';
import type { Head } from './requests/exchange.ts';
import type { DoctorSettings } from './settings.ts';

/**
 * Examines an event stream and the proxies before it: sends fewer than thirty requests, and reports what is wrong. It
 * needs Node. Nothing that a server does makes it reject.
 *
 * @example
 * ```ts
 * const { findings } = await examine('http://127.0.0.1:3000/events', { origin: 'https://app.example.com' });
 * ```
 * @throws TypeError when the URL or an option is invalid.
 * @throws the error of `publish`, if that throws.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function examine(url: string | URL, options: DoctorOptions = {}): Promise<Report> {
  const settings = completeOptions(options);
  const target = targetOf(url);
  const startedAt = performance.now();
  const examination = startExamination(target, settings);
  try {
    const { seen, reasons } = await observe(examination, neededProbes(settings));
    const verdicts = chosenChecks(settings).map(
      (id) => [id, verdictOf(id, seen, reasons, examination)] as const,
    );
    const { record } = seen.stream ?? {};
    const unreachable = record && whyUnreachable(record, examination.url);
    const redact = redactor(settings);
    return {
      url: shownUrl(target),
      unreachable: unreachable === undefined ? null : redact(unreachable),
      findings: findingsOf(verdicts, placesBehind(record?.head)).map((finding) => ({
        ...finding,
        seen: redact(finding.seen),
      })),
      passed: verdicts.flatMap(([id, verdict]) => (verdict === 'fine' ? [id] : [])),
      skipped: verdicts.flatMap(([check, verdict]): SkippedCheck[] =>
        verdict !== 'fine' && isSkipped(verdict) ? [{ check, because: redact(verdict.skipped) }] : [],
      ),
      requests: examination.requests,
      duration: Math.round(performance.now() - startedAt),
    };
  } finally {
    examination.end();
  }
}

/** Requests that an examination will send. */
export interface PlannedRequests {
  /** The HTTP method. */
  readonly method: string;
  /** Describes the request in words. */
  readonly sends: string;
  /** How many are sent at most. */
  readonly requests: number;
}

/**
 * The requests that an examination with these options sends at most.
 *
 * @throws TypeError when an option is invalid.
 */
export function planOf(options: DoctorOptions = {}): readonly PlannedRequests[] {
  const settings = completeOptions(options);
  return neededProbes(settings)
    .filter((id) => whyNot(id, settings) === undefined)
    .map((id) => {
      const { method = settings.method.toUpperCase(), sends, requests } = probes[id];
      return { method, sends, requests };
    });
}

interface Observation {
  readonly seen: Partial<Observed>;
  /** The reasons why probes saw nothing. */
  readonly reasons: Partial<Record<ProbeId, string>>;
}

async function observe(examination: Examination, needed: readonly ProbeId[]): Promise<Observation> {
  const seen: Partial<Observed> = {};
  const reasons: Partial<Record<ProbeId, string>> = {};
  for (const id of needed) {
    const reason = whyNot(id, examination.settings) ?? whyNotNow(id, seen, examination);
    const result = reason === undefined ? await probes[id].run(examination, seen) : { skipped: reason };
    // A result that was cut off when the time ran out tells nothing.
    if (examination.isOver && id !== 'stream') reasons[id] = 'no time was left';
    else if (isSkipped(result)) reasons[id] = result.skipped;
    else Object.assign(seen, { [id]: result });
  }
  return { seen, reasons };
}

function chosenChecks({ only = checkIds, skip = [] }: Choice): readonly CheckId[] {
  return checkIds.filter((id) => only.includes(id) && !skip.includes(id));
}

function neededProbes(choice: Choice): readonly ProbeId[] {
  const needed = new Set(
    chosenChecks(choice).flatMap((id) => [...checks[id].needs, ...(checks[id].asks ?? [])]),
  );
  return probeIds.filter((id) => needed.has(id));
}

function whyNot(id: ProbeId, settings: DoctorSettings): string | undefined {
  const isRepeated = id !== 'stream' && id !== 'preflight';
  if (isRepeated && !isSafe(settings.method)) {
    return `a ${settings.method.toUpperCase()} is sent only once`;
  }
  return probes[id].whyNot?.(settings);
}

function whyNotNow(id: ProbeId, { stream }: Partial<Observed>, { isOver }: Examination): string | undefined {
  if (id === 'stream') return undefined;
  if (isOver) return 'no time was left';
  if (!stream?.record.head) return 'there was no answer';
  return id === 'preflight' || isStream(stream.record) ? undefined : 'the answer is no event stream';
}

function verdictOf(
  id: CheckId,
  seen: Partial<Observed>,
  reasons: Observation['reasons'],
  { settings, url }: Examination,
): Verdict {
  if (seen.stream && !seen.stream.record.head && id !== 'answer' && id !== 'headers') {
    return { skipped: 'there was no answer' };
  }
  const reason = checks[id].needs.map((need) => reasons[need]).find((one) => one !== undefined);
  return reason === undefined ? checks[id].look(seen, { settings, url, all: seen }) : { skipped: reason };
}

function findingsOf(verdicts: readonly (readonly [CheckId, Verdict])[], behind: readonly Place[]): Finding[] {
  const findings = verdicts.flatMap(([id, verdict]) =>
    verdict !== 'fine' && 'seen' in verdict ? [findingOf(id, checks[id], verdict.seen, behind)] : [],
  );
  return findings.sort((one, other) => severities.indexOf(one.severity) - severities.indexOf(other.severity));
}

function findingOf(
  check: CheckId,
  { title, severity, why, mend }: Check,
  seen: string,
  behind: readonly Place[],
): Finding {
  const order = [...new Set([...behind, ...places])];
  const remedies = order.flatMap((on) => {
    const how = mend[on];
    return how === undefined ? [] : [{ on, how }];
  });
  return { check, severity, title, seen, why, mend: remedies };
}

/** The servers and frameworks that an answer names: their remedies come first. */
function placesBehind(head: Head | undefined): Place[] {
  const { server = '', via = '', 'x-powered-by': framework = '' } = head?.headers ?? {};
  const words = `${framework} ${server} ${via}`.toLowerCase();
  return places.filter((place) => words.includes(place.toLowerCase()));
}
