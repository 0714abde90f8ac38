import type { Open } from '../../clients/client.ts';

interface Client {
  /** Its name in tables. */
  readonly name: string;
  /** The share of the messages that it gets: all of them, unless it would take minutes. */
  readonly share?: number;
  readonly load: () => Promise<{ readonly open: Open }>;
}

/** The clients that run in a page. A page loads only the one that it measures. */
export const clients = {
  bare: { name: 'bare `fetch` + `eventsource-parser`', load: () => import('../../clients/bare.ts') },
  ours: { name: "**sse-machine**, `parse: 'text'`", load: () => import('../../clients/ours.ts') },
  native: { name: "the browser's `EventSource`", share: 0.1, load: () => import('./native.ts') },
  vueuse: { name: '`useEventSource` of VueUse', share: 0.1, load: () => import('./vueuse.ts') },
  eventsource: { name: 'eventsource', share: 0.1, load: () => import('../../clients/eventsource.ts') },
  'eventsource-client': {
    name: 'eventsource-client',
    load: () => import('../../clients/eventsource-client.ts'),
  },
  'fetch-event-source': {
    name: '@microsoft/fetch-event-source',
    load: () => import('./fetch-event-source.ts'),
  },
  'event-source-plus': {
    name: 'event-source-plus',
    load: () => import('../../clients/event-source-plus.ts'),
  },
  'bare-json': { name: 'bare, with `JSON.parse`', load: () => import('../../clients/bare-json.ts') },
  'ours-json': { name: '**sse-machine**, default `parse`', load: () => import('../../clients/ours-json.ts') },
} satisfies Record<string, Client>;

/** As the tables need them. */
export const clientOf = (name: ClientName): Client => clients[name];

export type ClientName = keyof typeof clients;

export const clientNames = Object.keys(clients) as ClientName[];
