// As far as the examples need them, for those who do not install them all.

declare module 'react-native' {
  export const AppState: {
    addEventListener(
      type: 'change',
      listener: (state: 'active' | 'background' | 'inactive') => void,
    ): { remove(): void };
  };
}

declare module '@react-native-community/netinfo' {
  const NetInfo: {
    addEventListener(listener: (state: { isConnected: boolean | null }) => void): () => void;
  };
  export default NetInfo;
}

declare module 'expo/fetch' {
  export const fetch: typeof globalThis.fetch;
}
