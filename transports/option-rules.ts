import {
  either,
  flag,
  functionOf,
  isFunction,
  number,
  option,
  type Rule,
  rule,
  text,
} from '../machines/option-table.ts';
import { isSendable } from './event-id.ts';
import { defaultReporter, type ErrorReporter } from './report.ts';
import type { MessageMatcher, Supplied } from './transport.ts';

/** Allows a URL, or a function that returns one. */
export const urlRule = rule<Supplied<string | URL>>(
  'a URL or a function',
  (value) => value instanceof URL || text.test(value) || isFunction(value),
);

/** Allows the name of one event, or of several. */
export const namesRule = rule<string | readonly string[]>(
  'an event name or a list of them',
  (value) => text.test(value) || (Array.isArray(value) && value.every(text.test)),
);

/** Allows the names of events, or a test of messages. */
export const matcherRule = rule<MessageMatcher>(
  `${namesRule.allowed}, or a function of the message`,
  (value) => namesRule.test(value) || isFunction(value),
);

/** Allows an event ID. */
export const lastEventIdRule = rule<string>(
  'a string without control characters',
  (value) => typeof value === 'string' && isSendable(value),
);

/** Allows the name of a header. */
export const headerNameRule = rule<string>(
  'the name of a header',
  (value) => typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value),
);

/** Allows the name of a header, or false. */
export const headerNameOrNone = rule<string | false>(
  'the name of a header, or false',
  (value) => value === false || headerNameRule.test(value),
);

/**
 * Allows headers. Of any other object, the properties would be sent as headers: a ref of Vue as the header `_value`.
 */
export const headersRule = rule<HeadersInit | undefined>(
  'a Headers object, a list of pairs, or a plain object of strings',
  (value) =>
    value === undefined ||
    (Object(value) === value && isFunction(Object(value)[Symbol.iterator])) ||
    (isPlain(value) &&
      Object.values(value).every((one) => typeof one === 'string' || typeof one === 'number')),
);

/** Allows a body. `fetch` would send anything else as a word such as `[object Object]`. */
export const bodyRule = rule<BodyInit | null | undefined>(
  'text, bytes, a Blob, FormData, URLSearchParams or a stream',
  (value) =>
    value == null ||
    typeof value === 'string' ||
    ArrayBuffer.isView(value) ||
    /^\[object (ArrayBuffer|SharedArrayBuffer|Blob|File|FormData|URLSearchParams|ReadableStream)\]$/.test(
      Object.prototype.toString.call(value),
    ) ||
    isFunction(Object(value)[Symbol.asyncIterator]),
);

/** Allows a value, or a function that returns it. */
export function supplied<Value>(value: Rule<Value>): Rule<Supplied<Value>> {
  return either(value, functionOf<() => Value | Promise<Value>>());
}

// Options that several tables share.

export const maxEventSize = option(16_777_216, number(1, Infinity));
export const maxFieldSize = option(4_096, number(1, Infinity));
export const withCredentials = option(false, flag);
export const reportError = option(defaultReporter, functionOf<ErrorReporter>());

function isPlain(value: unknown): value is Record<string, unknown> {
  if (Object(value) !== value) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null; // `Object.prototype` of any realm
}
