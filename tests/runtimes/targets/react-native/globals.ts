import { AbortController } from 'abort-controller';
import * as polyfill from 'react-native-fetch-api';
import { ReadableStream } from 'web-streams-polyfill';

// An app in React Native finds polyfills, and less than a browser has.

const missing = [
  'AbortSignal',
  'BroadcastChannel',
  'DOMException',
  'Event',
  'EventSource',
  'EventTarget',
  'MessageChannel',
  'MessageEvent',
  'addEventListener',
];
for (const name of missing) Reflect.deleteProperty(globalThis, name);
Object.defineProperty(globalThis, 'navigator', { value: { product: 'ReactNative' } });
Object.assign(globalThis, { AbortController, ReadableStream, ...polyfill });

export { fetch as expoFetch } from './expo-fetch.ts';
export { ask } from './wire.ts';

/** As its README says: without the option, an answer is whole or not at all. */
export const streamingFetch = (url: string, init: RequestInit): Promise<Response> =>
  polyfill.fetch(url, { ...init, reactNative: { textStreaming: true } });
