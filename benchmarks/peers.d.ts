// The peers are installed only for a benchmark, so the types must not need them: what is used of each, and no more.

declare module 'eventsource' {
  export const EventSource: {
    new (url: string, options?: { fetch?: typeof fetch }): globalThis.EventSource;
  };
}

declare module 'eventsource-client' {
  export function createEventSource(url: string): AsyncIterable<{ readonly data: string }>;
  export function createEventSource(options: {
    url: string;
    method?: string;
    headers?: Readonly<Record<string, string>>;
    body?: string;
    onMessage: (message: { readonly event?: string; readonly data: string }) => void;
    onDisconnect?: () => void;
    onScheduleReconnect?: (info: { readonly delay: number }) => void;
  }): { close(): void };
}

declare module '@microsoft/fetch-event-source' {
  export const EventStreamContentType: string;

  export interface EventSourceMessage {
    readonly id: string;
    readonly event: string;
    readonly data: string;
  }

  export interface FetchEventSourceInit {
    method?: string;
    headers?: Record<string, string>;
    body?: string;
    openWhenHidden?: boolean;
    onopen?: (response: Response) => Promise<void>;
    onmessage?: (message: EventSourceMessage) => void;
    onclose?: () => void;
    onerror?: (error: unknown) => unknown;
  }

  export function fetchEventSource(url: string, options: FetchEventSourceInit): Promise<void>;
}

declare module 'event-source-plus' {
  export class EventSourcePlus {
    constructor(url: string);
    listen(hooks: { onMessage: (message: { readonly data: string }) => void }): void;
  }
}

declare module 'launchdarkly-eventsource' {
  export class EventSource {
    constructor(url: string);
    addEventListener(type: string, listener: (event: { readonly data: string }) => void): void;
  }
}
