import type { Leadership } from '../../../machines/leadership.ts';
import { readAmount, readObject } from './read-values.ts';
import { activeStates } from './state-value.ts';

/** A page that shares a stream with other tabs, as a record told it. */
export interface ShownTab extends Leadership {
  readonly name: string;
  /** The state of its statechart, such as `following.served`. */
  readonly path: string;
  /** The actor runs. */
  readonly isActive: boolean;
}

const leaders = ['this tab', 'another tab', 'none'] as const;

/** A tab, out of whatever stands in its place; undefined for another actor. */
export function readTab(value: unknown): Omit<ShownTab, 'name'> | undefined {
  const snapshot = readObject(value);
  const leadership = readObject(readObject(snapshot?.['context'])?.['leadership']);
  const leader = leaders.find((one) => one === leadership?.['leader']);
  const states = activeStates(snapshot?.['value']);
  if (!leadership || !leader || !states) return;
  return {
    path: states.join('.'),
    isActive: (snapshot?.['status'] ?? 'active') === 'active',
    leader,
    since: readAmount(leadership['since']) ?? null,
    followers: readAmount(leadership['followers']) ?? null,
  };
}
