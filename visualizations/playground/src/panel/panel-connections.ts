import type { ConnectionState } from 'sse-machine';
import type { ConnectionCommands } from 'sse-machine/react';
import type { Settings } from '../settings/setting-fields.ts';
import { keyOf, settings } from '../settings/settings.ts';
import { createStore } from '../store.ts';
import type { Recorder } from './recorder.ts';

/** The connection of a panel, for the rest of the page: what it is doing, what came of it, and how to command it. */
export interface PanelConnection
  extends Pick<ConnectionState, 'status' | 'retries' | 'retryAt' | 'error' | 'closeReason'>,
    Omit<ConnectionCommands, 'clear'> {
  /** The settings that it was made with. */
  readonly settings: Settings;
  readonly recorder: Recorder;
}

export const panels = ['React', 'Vue'] as const;
export type Panel = (typeof panels)[number];

/** The connection of each panel. A panel announces it whenever its state has changed. */
export const connections = createStore<{ readonly [panel in Panel]?: PanelConnection }>({});

export function announce(panel: Panel, connection: PanelConnection): void {
  connections.set({ ...connections.get(), [panel]: connection });
}

/** The connections of the panels, without those that are about to be remade. */
export function present(): PanelConnection[] {
  const key = keyOf(settings.get());
  return Object.values(connections.get()).filter((connection) => keyOf(connection.settings) === key);
}
