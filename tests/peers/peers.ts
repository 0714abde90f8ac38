import packageJson from '../../package.json' with { type: 'json' };
import type { Row } from './rows.ts';

/** A client that is compared, and the option with which it may do what it does not do by itself. */
export interface Peer {
  /** In tables. */
  readonly name: string;
  /** Of npm; left out, it is the browser's own. */
  readonly package?: string;
  readonly version?: string;
  /** For `esbuild`: what an app takes of it. Left out, nothing is shipped. */
  readonly code?: string;
  /** The package of its hook for React, with what it needs beside it, where that is another one. */
  readonly hook?: {
    readonly package: string;
    readonly version: string;
    readonly beside: Readonly<Record<string, string>>;
  };
  /** An option, or a callback that its documentation shows. `clients/` sets it where `withOption` is true. */
  readonly options: Readonly<Partial<Record<Row, string>>>;
}

const own: Readonly<Record<string, string>> = packageJson.devDependencies;

export const peers = {
  ours: {
    name: 'sse-machine',
    version: packageJson.version,
    code: `export { createConnection } from './index.ts'`,
    options: {
      silence: '`idleTimeout`',
      tabs: '`sse-machine/tabs`',
      interface: '`sse-machine/event-source`',
      eventStreamTab: '`eventSourceTransport`',
      preflight: '`lastEventIdHeader: false`, `lastEventIdParam`',
    },
  },
  browser: { name: '`EventSource` of the browser', options: {} },
  microsoft: {
    name: '@microsoft/fetch-event-source',
    package: '@microsoft/fetch-event-source',
    version: '2.0.1',
    code: `export { fetchEventSource } from '@microsoft/fetch-event-source'`,
    options: {
      ended: '`onclose`',
      stops: '`onopen`, `onerror`',
      verdicts: '`onopen`, `onerror`',
      retryAfter: '`onopen`, `onerror`',
      growing: '`onerror`',
      spread: '`onerror`',
      postOnce: '`onerror`',
      saysWhy: '`onopen`',
    },
  },
  eventsource: {
    name: 'eventsource',
    package: 'eventsource',
    version: '5.1.5',
    code: `export { EventSource } from 'eventsource'`,
    options: { headers: '`fetch`', post: '`fetch`', postOnce: '`fetch`, `close()`' },
  },
  eventsourceClient: {
    name: 'eventsource-client',
    package: 'eventsource-client',
    version: '1.2.0',
    code: `export { createEventSource } from 'eventsource-client'`,
    options: { postOnce: '`onScheduleReconnect`' },
  },
  vueuse: {
    name: 'VueUse `useEventSource`',
    package: '@vueuse/core',
    version: own['@vueuse/core'] ?? '',
    code: `export { useEventSource } from '@vueuse/core'`,
    options: {
      error: '`autoReconnect`',
      verdicts: '`autoReconnect`',
      retryAfter: '`autoReconnect`',
    },
  },
  reconnecting: {
    name: 'reconnecting-eventsource',
    package: 'reconnecting-eventsource',
    version: '1.6.5',
    code: `export { default } from 'reconnecting-eventsource'`,
    options: {},
  },
  trpc: {
    name: 'tRPC `httpSubscriptionLink`',
    package: '@trpc/client',
    version: own['@trpc/client'] ?? '',
    code: `export { createTRPCClient, httpSubscriptionLink } from '@trpc/client'`,
    hook: {
      package: '@trpc/tanstack-react-query',
      version: '11.22.1',
      beside: { '@trpc/client': '11.22.1', '@trpc/server': '11.22.1' },
    },
    options: {
      error: '`retryLink`',
      verdicts: '`retryLink`, `EventSource` of `eventsource`',
      retryAfter: '`retryLink`',
      silence: '`reconnectAfterInactivityMs` of the server',
      headers: '`EventSource` of `eventsource`',
      saysWhy: '`EventSource` of `eventsource`',
      node: '`EventSource` of `eventsource`',
    },
  },
  tanstackAi: {
    name: 'TanStack AI `fetchServerSentEvents`',
    package: '@tanstack/ai-client',
    version: '0.33.2',
    code: `export { fetchServerSentEvents } from '@tanstack/ai-client'`,
    options: { refused: '`reconnect`' },
  },
} as const satisfies Record<string, Peer>;

export type PeerName = keyof typeof peers;

export const peerNames = Object.keys(peers) as PeerName[];

/** As the tables and the runs need them. */
export const peerOf = (name: PeerName): Peer => peers[name];
