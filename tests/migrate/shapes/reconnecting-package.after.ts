import { createEventSource } from 'sse-machine/event-source';

const ReconnectingEventSource = createEventSource({ maxRetries: Infinity });

export const source = new ReconnectingEventSource('/api/events');
source.addEventListener('price', (event) => console.log(event.data));
