// Takes the place of the package `eventsource`, which @modelcontextprotocol/sdk imports.
import { createEventSource } from 'sse-machine/event-source';

export const EventSource = createEventSource({ maxRetries: Infinity });
