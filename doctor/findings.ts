import type { CheckId } from './checks/checks.ts';

/**
 * How much a finding matters: with an `error` events are lost or no client gets any, with a `warning` so it is under
 * conditions that are usual, and a `note` is good to know.
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

/** Something that is wrong with a server, or with what stands before it. */
export interface Finding {
  readonly check: CheckId;
  readonly severity: Severity;
  /** How it should be. */
  readonly title: string;
  /** Describes what came instead. Holds no data of events and no value of a header that was given. */
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
  /** Why there was no answer at all, in a sentence; null when there was one. */
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
