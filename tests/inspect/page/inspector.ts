import { createBrowserReceiver, type StatelyInspectionEvent } from '@statelyai/inspect';

declare global {
  interface Window {
    received: StatelyInspectionEvent[];
  }
}

// Does what Stately's inspector does: it asks who opened it, or who it is framed by, for what there is to see.
window.received = [];
createBrowserReceiver().subscribe((record) => void window.received.push(record));
