import type { Severity } from '../findings.ts';
import type { Observed, ProbeId, Skipped } from '../probes/probe.ts';
import type { DoctorSettings } from '../settings.ts';

/** The places where something can be mended, in the order of a report. */
export const places = [
  'Any server',
  'node:http',
  'Express',
  'Hono',
  'Fastify',
  'NestJS',
  'better-sse',
  'nginx',
  'Caddy',
  'HAProxy',
  'Cloudflare',
  'Client',
] as const;

export type Place = (typeof places)[number];

/** How to mend something, by place. */
export type Mend = Readonly<Partial<Record<Place, string>>>;

/** `fine`; or what was seen instead; or why it could not be checked. */
export type Verdict = 'fine' | { readonly seen: string } | Skipped;

/** The facts that a check gets in addition to what the probes saw. */
export interface Circumstances {
  readonly settings: DoctorSettings;
  /** The URL of the stream. */
  readonly url: URL;
  /** The results of all probes, for the checks that look at every answer. */
  readonly all: Partial<Observed>;
}

/** A check of one thing. */
export interface Check {
  /** The state that is right, as a sentence. */
  readonly title: string;
  readonly severity: Severity;
  /** The probes that it needs. */
  readonly needs: readonly ProbeId[];
  /** Probes that it uses if they were sent. */
  readonly asks?: readonly ProbeId[];
  readonly why: string;
  readonly mend: Mend;
  /** @param seen The results of the probes. One that was not sent is missing. */
  look(seen: Partial<Observed>, circumstances: Circumstances): Verdict;
}

interface Definition<Need extends ProbeId> extends Omit<Check, 'look' | 'needs'> {
  readonly needs: readonly Need[];
  look(seen: Pick<Observed, Need>, circumstances: Circumstances): Verdict;
}

/** Makes a check that is skipped unless the results of all needed probes are there. */
export function check<Need extends ProbeId>(definition: Definition<Need>): Check {
  const { needs, look } = definition;
  return {
    ...definition,
    look(seen, circumstances) {
      if (hasAll(seen, needs)) return look(seen, circumstances);
      return { skipped: `these requests were not sent: ${needs.filter((need) => !seen[need]).join(', ')}` };
    },
  };
}

function hasAll<Need extends ProbeId>(
  seen: Partial<Observed>,
  needs: readonly Need[],
): seen is Partial<Observed> & Pick<Observed, Need> {
  return needs.every((need) => seen[need] !== undefined);
}

export function found(seen: string): Verdict {
  return { seen };
}

export function skip(because: string): Verdict {
  return { skipped: because };
}

/** A time in words. */
export function seconds(ms: number): string {
  return ms < 950 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** A number and a noun, in the plural unless the number is 1. */
export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

/** The value of a header in quotes, cut short. */
export function quoted(value: string): string {
  return `"${value.length > 60 ? `${value.slice(0, 60)}…` : value}"`;
}
