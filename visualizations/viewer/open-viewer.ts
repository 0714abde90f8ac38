import type { StatelyInspectionEvent } from '@statelyai/inspect';
import { createHistory } from './history.ts';
import { createViewer, type Viewer } from './viewer.ts';

/** A viewer in a window of its own. */
export interface LocalViewer {
  /** Shows a record of the inspector. */
  send(record: StatelyInspectionEvent): void;
  /** Closes the window. */
  close(): void;
}

export function openViewer(opener: Window): LocalViewer | null {
  const popup = opener.open('', 'sse-machine-viewer', 'popup,width=1120,height=820');
  if (!popup) return null;
  const history = createHistory();
  let viewer: Viewer | undefined;
  popup.document.title = 'Connections';
  viewer = createViewer(popup.document.body, history);
  return { send: (record) => viewer?.receive(record), close: () => popup.close() };
}
