export {
  createEventSource,
  type EventSourceClassOptions,
  type EventSourceOptions,
} from './create-event-source.ts';
export type { EventSourceClass, EventSourceErrorEvent } from './event-source-class.ts';
export { EventSource, type StandardInit } from './standard.ts';
