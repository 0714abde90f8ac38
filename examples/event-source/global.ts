import { createEventSource } from 'sse-machine/event-source';

/** Call it before the library is used; most look the class up when they connect. */
export function install(): void {
  globalThis.EventSource = createEventSource({ maxRetries: Infinity });
}
