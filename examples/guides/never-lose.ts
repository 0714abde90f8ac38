import { createConnection } from 'sse-machine';

/** Loads all that the page shows; the app's own. */
declare function reloadAll(): Promise<void>;

export const connection = createConnection('/api/events', {
  persist: { storage: sessionStorage, key: 'events' }, // goes on after the last event when the page is loaded again
  onGap: () => void reloadAll(), // something may have been lost: load anew what the events would have told
});
