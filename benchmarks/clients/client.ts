/** The stream that a client is asked to read, and the functions that it calls. */
export interface Stream {
  readonly url: string;
  /** The name of the events: some clients have to subscribe to it. */
  readonly event: string;
  /** Called with the data of every message. */
  readonly receive: (data: unknown) => void;
  /** Called when the client tells the app that the stream is lost; it tries again by itself. */
  readonly lost?: () => void;
}

/** Opens a stream for as long as the process lives. Each client is a module with an `open`. */
export type Open = (stream: Stream) => void;

interface Client {
  /** Its name in tables. */
  readonly name: string;
  /** The share of the messages that it gets in large blocks: all of them, unless it would take minutes. */
  readonly share?: number;
  readonly load: () => Promise<{ readonly open: Open }>;
}

/** A process loads only the one that it measures. */
export const clients = {
  bare: { name: 'bare `fetch` + `eventsource-parser`', load: () => import('./bare.ts') },
  ours: { name: "**sse-machine**, `parse: 'text'`", load: () => import('./ours.ts') },
  eventsource: { name: 'eventsource', load: () => import('./eventsource.ts') },
  'eventsource-client': { name: 'eventsource-client', load: () => import('./eventsource-client.ts') },
  'fetch-event-source': {
    name: '@microsoft/fetch-event-source',
    load: () => import('./fetch-event-source.ts'),
  },
  'event-source-plus': { name: 'event-source-plus', load: () => import('./event-source-plus.ts') },
  launchdarkly: { name: 'launchdarkly-eventsource', share: 0.01, load: () => import('./launchdarkly.ts') },
  'bare-json': { name: 'bare, with `JSON.parse`', load: () => import('./bare-json.ts') },
  'ours-json': { name: '**sse-machine**, default `parse`', load: () => import('./ours-json.ts') },
  'fetch-only': { name: 'bare `fetch`', load: () => import('./fetch-only.ts') },
} satisfies Record<string, Client>;

/** As the tables need them. */
export const clientOf = (name: ClientName): Client => clients[name];

export type ClientName = keyof typeof clients;

export const clientNames = Object.keys(clients) as ClientName[];
