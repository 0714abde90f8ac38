import type { CheckId } from './checks/checks.ts';

/**
 * How much a finding matters. `error`: events are lost, or no client gets any. `warning`: that happens under usual
 * conditions. `note`: good to know.
 */
export type Severity = 'error' | 'warning' | 'note';

/** The severities, worst first. */
export const severities: readonly Severity[] = ['error', 'warning', 'note'];

/** How to mend something at one place. */
export interface Remedy {
  /** A server, a framework, a proxy, or `Any server`. */
  readonly on: string;
  readonly how: string;
}

/** Something that is wrong with a server, or with a proxy before it. */
export interface Finding {
  readonly check: CheckId;
  readonly severity: Severity;
  /** The state that would be right, as a sentence. */
  readonly title: string;
  /** A sentence about what was seen instead. Holds no data of events and no values of headers that were given. */
  readonly seen: string;
  readonly why: string;
  readonly mend: readonly Remedy[];
}

/** A check that could not be made. */
export interface SkippedCheck {
  readonly check: CheckId;
  readonly because: string;
}

/** The results of an examination, as plain data. */
export interface Report {
  /** The URL that was examined, without a query or credentials. */
  readonly url: string;
  /** The reason, as a sentence, why there was no answer; null when there was one. */
  readonly unreachable: string | null;
  /** Worst first. */
  readonly findings: readonly Finding[];
  readonly passed: readonly CheckId[];
  readonly skipped: readonly SkippedCheck[];
  /** How many requests were sent. */
  readonly requests: number;
  /** How long it took, in milliseconds. */
  readonly duration: number;
}
