import { readAnew } from '../transports/refresh.ts';
import { type EventSchemas, eventNames, schemasIn } from '../transports/schemas.ts';
import type { Supplied } from '../transports/transport.ts';
import type { AnyOptions } from './view.ts';

/**
 * Replaces options that change from render to render by functions that read the latest ones: `headers`, `body`, the
 * functions and the schemas, if they were given at first; the callbacks of {@link listeners} in any case.
 */
export function readLate(options: AnyOptions, latest: () => AnyOptions): AnyOptions {
  const { body, fetch, parse, jitter, refresh, reduce, onGap, onInvalid, onResponse, reportError } = options;
  const schemas = schemasIn(options.events);
  return {
    ...options,
    ...Object.fromEntries(listeners.map((name) => [name, (given: never) => latest()[name]?.(given)])),
    headers: () => resolved(latest().headers),
    ...(schemas && { events: lateSchemas(schemas, latest) }),
    ...(options.topics && { topics: () => topicsIn(latest()) ?? [] }),
    ...(body != null && { body: () => resolved(latest().body) }),
    ...(refresh && { refresh: readAnew(() => latest().refresh ?? refresh) }),
    ...(reduce && { reduce: (...step) => (latest().reduce ?? reduce)(...step) }),
    ...(onGap && { onGap: (gap) => (latest().onGap ?? onGap)(gap) }),
    ...(onInvalid && { onInvalid: (message) => (latest().onInvalid ?? onInvalid)(message) }),
    ...(onResponse && { onResponse: (response) => (latest().onResponse ?? onResponse)(response) }),
    ...(fetch && { fetch: (...request) => (latest().fetch ?? fetch)(...request) }),
    ...(reportError && { reportError: (error) => (latest().reportError ?? reportError)(error) }),
    ...(typeof parse === 'function' && {
      parse: (...message) => orElse(latest().parse, parse)(...message),
    }),
    ...(typeof jitter === 'function' && {
      jitter: (...delay) => orElse(latest().jitter, jitter)(...delay),
    }),
  };
}

/** The options that are only called with news. */
const listeners = ['onMessage', 'onOpen', 'onFailure', 'onGaveUp', 'onClosed'] as const;

/** The options that name events or a shared connection, as text to compare. */
export function namesIn({ events, closeOn, refreshOn, keepAlive, share }: AnyOptions): string {
  return JSON.stringify([events && eventNames(events), closeOn, refreshOn, keepAlive, share]);
}

export function topicsIn({ topics }: AnyOptions): readonly string[] | undefined {
  return typeof topics === 'function' ? topics() : topics;
}

/** A component may make new schemas at every render. */
function lateSchemas(schemas: EventSchemas, latest: () => AnyOptions): EventSchemas {
  const entries = Object.entries(schemas).map(([name, first]) => {
    const validate = (data: unknown) =>
      (schemasIn(latest().events)?.[name] ?? first)['~standard'].validate(data);
    return [name, { '~standard': { ...first['~standard'], validate } }];
  });
  return Object.fromEntries(entries);
}

function resolved<Value>(supplied: Supplied<Value>): Value | Promise<Value> {
  return typeof supplied === 'function' ? (supplied as () => Value | Promise<Value>)() : supplied;
}

function orElse<Call>(latest: Call | string | undefined, first: Call): Call {
  return typeof latest === 'function' ? latest : first;
}
