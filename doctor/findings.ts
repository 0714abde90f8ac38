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
  /** The change to make there. */
  readonly how: string;
}

/** Something that is wrong with a server, or with a proxy before it. */
export interface Finding {
  /** The name of the check. */
  readonly check: CheckId;
  /** How much it matters. */
  readonly severity: Severity;
  /** The state that would be right, as a sentence. */
  readonly title: string;
  /** A sentence about what was seen instead. Holds no data of events and no values of headers that were given. */
  readonly seen: string;
  /** The harm that it does, as a sentence. */
  readonly why: string;
  /** The ways to mend it, with those for the servers that the answer names first. */
  readonly mend: readonly Remedy[];
}

/** A check that could not be made. */
export interface SkippedCheck {
  /** The name of the check. */
  readonly check: CheckId;
  /** The reason, as a part of a sentence. */
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
  /** The checks that found nothing wrong. */
  readonly passed: readonly CheckId[];
  /** The checks that could not be made. */
  readonly skipped: readonly SkippedCheck[];
  /** How many requests were sent. */
  readonly requests: number;
  /** How long it took, in milliseconds. */
  readonly duration: number;
}
