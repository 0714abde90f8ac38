import { inspectConnections } from 'sse-machine/inspect';
import type { StateValue } from 'xstate';
import { activePaths } from '../../../../machines/chart.ts';
import type { Leadership } from '../../../../machines/leadership.ts';
import { createStore } from '../store.ts';

/** This tab, as an inspector is told of it. */
export interface ShownTab {
  /** The state of the statechart of tabs, such as `leading.established`. */
  readonly path: string;
  readonly leadership: Leadership;
}

export const shownTab = createStore<ShownTab>({
  path: 'away',
  leadership: { leader: 'none', since: null, followers: null },
});

/** Keeps {@link shownTab} up to date. To be called before the first connection is made. */
export function watchTab(): void {
  inspectConnections({
    enabled: true,
    viewer: {
      send(record) {
        if (record.type !== '@xstate.snapshot') return;
        const { value, context }: { value?: StateValue; context?: { leadership?: Leadership } } = Object(
          record.snapshot,
        );
        if (!value || !context?.leadership) return;
        shownTab.set({ path: activePaths(value).at(-1) ?? '', leadership: context.leadership });
      },
    },
  });
}
