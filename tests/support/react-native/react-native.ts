type AppStatus = 'active' | 'background' | 'inactive';

const listeners = new Set<(state: AppStatus) => void>();

/** Stands in for that of `react-native`. */
export const AppState = {
  addEventListener(_type: 'change', listener: (state: AppStatus) => void) {
    listeners.add(listener);
    return { remove: () => listeners.delete(listener) };
  },
};

export function becomes(state: AppStatus): void {
  for (const listener of [...listeners]) listener(state);
}

export const watching = () => listeners.size;
