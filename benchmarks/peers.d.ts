// The peers are installed only for a benchmark, so the types must not need them: what is used of each, and no more.

declare module 'eventsource' {
  export class EventSource {
    constructor(url: string);
    addEventListener(type: string, listener: (event: { readonly data: string }) => void): void;
  }
}

declare module 'eventsource-client' {
  export function createEventSource(options: {
    url: string;
    onMessage: (message: { readonly data: string }) => void;
    onScheduleReconnect?: (info: { readonly delay: number }) => void;
  }): void;
}

declare module '@microsoft/fetch-event-source' {
  export const EventStreamContentType: string;
  export interface EventSourceMessage {
    readonly id: string;
    readonly event: string;
    readonly data: string;
  }
  export function fetchEventSource(
    url: string,
    options: {
      openWhenHidden: boolean;
      onmessage: (message: { readonly data: string }) => void;
      onerror?: () => void;
    },
  ): Promise<void>;
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
