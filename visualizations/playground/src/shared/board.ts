import type { ConnectionStatus } from 'sse-machine';
import { createStore } from './store.ts';

/** What each panel is doing, for the console: on a narrow screen it is out of sight of the panels. */
export const board = createStore<{ readonly [panel: string]: ConnectionStatus }>({});

export function announce(panel: string, status: ConnectionStatus): void {
  board.set({ ...board.get(), [panel]: status });
}
