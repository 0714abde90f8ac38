import type { TabsContext } from './tabs.ts';

/** Who has the stream that tabs share, as one of them knows it. */
export interface Leadership {
  readonly leader: 'this tab' | 'another tab' | 'none';
  /** Since when, on the wall clock in milliseconds; null when nobody leads. */
  readonly since: number | null;
  /** How many tabs the leader has heard; null in any other tab. One that is closed counts until they are counted anew. */
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
