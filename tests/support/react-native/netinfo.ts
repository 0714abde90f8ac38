const listeners = new Set<(state: { isConnected: boolean | null }) => void>();

/** Stands in for that of `@react-native-community/netinfo`, which tells the present state at once. */
export default {
  addEventListener(listener: (state: { isConnected: boolean | null }) => void) {
    listeners.add(listener);
    listener({ isConnected: true });
    return () => listeners.delete(listener);
  },
};

export function connects(isConnected: boolean | null): void {
  for (const listener of [...listeners]) listener({ isConnected });
}

export const watching = () => listeners.size;
