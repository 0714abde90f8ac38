import { type ConnectionOptions, completeOptions } from '../adapters/options.ts';
import { check, rule } from '../machines/option-table.ts';
import { defineEventSource, type EventSourceClass } from './event-source-class.ts';

/** The options of one source: every option of a connection that applies to an EventSource. */
export interface EventSourceOptions
  extends Omit<ConnectionOptions, 'parse' | 'immediate' | 'topics' | 'bufferSize' | 'overflow' | 'persist'> {}

/** The options of a class: those of a source without `lastEventId`, which belongs to one stream. */
export interface EventSourceClassOptions extends Omit<EventSourceOptions, 'lastEventId'> {}

/**
 * Makes a class with the interface of `EventSource` and the policy of this package: backoff with jitter, a 503 that
 * is retried and a 401 that is not, headers, tokens, other methods, `share`, `acrossTabs`. Its `readyState` is
 * CONNECTING while it tries or waits, and CLOSED once it has given up for good. The `error` event says why ({@link
 * EventSourceErrorEvent}). The constructor takes the options of one source, which win over those of the class.
 *
 * @example
 * ```ts
 * const EventSource = createEventSource({ headers: () => ({ authorization: `Bearer ${token}` }), maxRetries: Infinity });
 * ```
 * @throws TypeError when an option is invalid, or does not apply to an EventSource.
 */
export function createEventSource(
  options: EventSourceClassOptions = {},
): EventSourceClass<EventSourceOptions> {
  check(options, { ...meaningless, lastEventId: leftOut });
  completeOptions(options);
  // Read now: this class may take the place of the browser's later.
  const { EventSource = globalThis.EventSource } = options;
  return defineEventSource((_, init = {}) => {
    check(init, meaningless);
    const given = Object.entries(init).filter(([, value]) => value !== undefined);
    return { ...options, EventSource, ...Object.fromEntries(given) };
  });
}

const leftOut = rule('left out', () => false);
const meaningless = {
  parse: leftOut,
  immediate: leftOut,
  topics: leftOut,
  bufferSize: leftOut,
  overflow: leftOut,
  persist: leftOut,
};
