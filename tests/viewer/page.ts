import type { StatelyInspectionEvent } from '@statelyai/inspect';
import { type Connection, type ConnectionOptions, createConnection } from '../../index.ts';
import { inspectConnections } from '../../visualizations/inspect/index.ts';
import { type LocalViewer, openViewer } from '../../visualizations/viewer/open-viewer.ts';
import { createViewer, type Viewer } from '../../visualizations/viewer/viewer.ts';
import { flood } from './flood.ts';

/** The API of the page for a test. */
export interface PageApi {
  /** Opens a connection that is shown in the page and, when there is one, in the window of {@link openWindow}. */
  connect(url: string, options?: ConnectionOptions): void;
  connections: Connection[];
  viewer: Viewer | undefined;
  /** Whether the browser let a window be opened. */
  openWindow(): boolean;
  window: LocalViewer | null;
  /** A window that {@link window} has taken over. */
  earlier?: LocalViewer | null;
  /** Whether the browser blocked the window that the page asked for when it was loaded. */
  isBlocked?: boolean;
  receive(record: unknown): void;
  flood: typeof flood;
}

declare global {
  interface Window {
    pageApi: PageApi;
  }
}

const root = document.querySelector<HTMLElement>('#viewer');

function send(record: StatelyInspectionEvent): void {
  window.pageApi.viewer?.receive(record);
  window.pageApi.window?.send(record);
}

window.pageApi = {
  connections: [],
  viewer: root ? createViewer(root) : undefined,
  window: null,
  connect(url, options) {
    window.pageApi.connections.push(createConnection(url, options));
  },
  openWindow() {
    window.pageApi.window = openViewer(window);
    return window.pageApi.window !== null;
  },
  receive: (record) => send(record as StatelyInspectionEvent), // what comes by postMessage may be anything
  flood,
};
inspectConnections({ enabled: true, viewer: { send }, messagesEvery: 0 });
if (location.search === '?window') window.pageApi.isBlocked = !window.pageApi.openWindow();
