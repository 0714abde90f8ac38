import { type Severity, severities } from './findings.ts';

/** Whether something is at least as severe as said. */
export function isBad({ severity }: { readonly severity: Severity }, failOn: Severity | 'never'): boolean {
  return failOn !== 'never' && severities.indexOf(severity) <= severities.indexOf(failOn);
}
