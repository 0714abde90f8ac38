import type { TabCounts } from '../../protocol/tab-counts.ts';
import { createStore } from '../store.ts';
import { group } from './group.ts';

/** The tabs of the group, as the server and the browser see them. */
export interface GroupState extends TabCounts {
  /** A tab has the lock of the stream. */
  readonly isLed: boolean;
  /** How many wait for it. */
  readonly following: number;
}

export const groupState = createStore<GroupState>({ requests: 0, streams: 0, isLed: false, following: 0 });

/** Keeps {@link groupState} up to date. */
export function watchGroup(): void {
  setInterval(look, 300);
  void look();
}

async function look(): Promise<void> {
  try {
    const answer = await fetch(`/tabs?group=${group}`);
    const counts: TabCounts = await answer.json();
    groupState.set({ ...counts, ...(await readLocks()) });
  } catch {} // the playground was ended
}

/** Asks the browser, because a tab that is closed tells the others nothing. */
async function readLocks(): Promise<Pick<GroupState, 'isLed' | 'following'>> {
  const { held = [], pending = [] } = (await navigator.locks?.query()) ?? {};
  const isOurs = ({ name = '' }: LockInfo) => name.startsWith('sse-machine/') && name.includes(`/${group}`);
  return { isLed: held.some(isOurs), following: pending.filter(isOurs).length };
}
