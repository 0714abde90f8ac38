import type { TabsContext } from './tabs.ts';

/** Which tab has the shared stream, as far as this tab knows. */
export interface Leadership {
  readonly leader: 'this tab' | 'another tab' | 'none';
  /** When it began to lead, on the wall clock in milliseconds; null when nobody leads. */
  readonly since: number | null;
  /**
   * How many other tabs the leader knows of; null in every other tab. A tab that died counts until the leader counts
   * again.
   */
  readonly followers: number | null;
}

export function leadershipOf({ leader, self, since, others }: TabsContext): Leadership {
  if (leader === null) return { leader: 'none', since: null, followers: null };
  const isOwn = leader === self;
  return {
    leader: isOwn ? 'this tab' : 'another tab',
    since,
    followers: isOwn ? Object.keys(others).length : null,
  };
}
