import { type CheckId, checkIds, checks as table } from './checks/checks.ts';
import type { Severity } from './findings.ts';

export type { CheckId } from './checks/checks.ts';
export { type ConformanceOptions, type ConformanceTest, conformanceTests } from './conformance.ts';
export { examine, type PlannedRequests, planOf } from './examine.ts';
export type { Finding, Remedy, Report, Severity, SkippedCheck } from './findings.ts';
export type { DoctorOptions } from './options.ts';

/** Every check, with the state that is right and the severity when it is not so. */
export const checks: readonly {
  readonly id: CheckId;
  readonly title: string;
  readonly severity: Severity;
}[] = checkIds.map((id) => ({ id, title: table[id].title, severity: table[id].severity }));
