import type { Connection, ConnectionState } from 'sse-machine';
import { create } from 'zustand';

interface Notification {
  readonly title: string;
}

interface Feed {
  readonly connection: ConnectionState;
  readonly notifications: readonly Notification[];
  readonly clear: () => void;
}

/** Makes a hook that shows what a connection brings. Whoever has made the connection closes it. */
export function createFeed(connection: Connection<{ notification: Notification }>) {
  const useFeed = create<Feed>()((set) => ({
    connection: connection.state,
    notifications: [],
    clear: () => set({ notifications: [] }),
  }));
  connection.subscribe((state) => useFeed.setState({ connection: state }));
  connection.on('notification', ({ data }) =>
    useFeed.setState(({ notifications }) => ({ notifications: [data, ...notifications] })),
  );
  return useFeed;
}
