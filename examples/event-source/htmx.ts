import htmx from 'htmx.org';
import 'htmx-ext-sse';
import { createEventSource } from 'sse-machine/event-source';

const Source = createEventSource({ maxRetries: Infinity });

// <div hx-ext="sse" sse-connect="/api/events" sse-swap="notification"></div>
Object.assign(htmx, { createEventSource: (url: string) => new Source(url) });
