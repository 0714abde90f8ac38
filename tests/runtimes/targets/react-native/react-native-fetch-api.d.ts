declare module 'react-native-fetch-api' {
  export function fetch(
    url: string,
    init: RequestInit & { reactNative?: { textStreaming: boolean } },
  ): Promise<Response>;
  export const Headers: typeof globalThis.Headers;
  export const Request: typeof globalThis.Request;
  export const Response: typeof globalThis.Response;
}
