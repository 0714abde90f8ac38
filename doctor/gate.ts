import { type Severity, severities } from './findings.ts';

/** Whether something has at least this severity. */
export function isBad({ severity }: { readonly severity: Severity }, failOn: Severity | 'never'): boolean {
  return failOn !== 'never' && severities.indexOf(severity) <= severities.indexOf(failOn);
}
