// Installed for the comparison only, so the types must not need them: what is used of each, and no more.

declare module 'reconnecting-eventsource' {
  export default class ReconnectingEventSource {
    constructor(url: string);
    addEventListener(type: string, listener: (event: Event) => void): void;
    close(): void;
  }
}

declare module '@tanstack/ai-client' {
  export function fetchServerSentEvents(
    url: string,
    options: {
      headers?: Readonly<Record<string, string>>;
      body?: object;
      reconnect?: { maxAttempts: number };
    },
  ): { connect(messages: readonly object[]): AsyncIterable<object> };
}

declare module '@trpc/tanstack-react-query' {
  interface Subscription {
    subscriptionOptions(input: undefined, options: { onData: (value: unknown) => void }): object;
  }

  export function createTRPCOptionsProxy(options: {
    client: object;
    queryClient: object;
  }): Readonly<Record<string, Subscription>>;
  export function useSubscription(options: object): { readonly status: string };
}
