import { milliseconds } from '../machines/option-table.ts';
import { isSendable } from '../transports/event-id.ts';
import { fromUtf8Bytes, utf8Bytes } from '../transports/http/byte-string.ts';
import { refusalOf } from '../transports/http/refusal.ts';
import { headerNameRule } from '../transports/option-rules.ts';
import type { Refusal } from './scripted.ts';

/** Headers, by their names in lower case. */
export type HeaderRecord = Readonly<Record<string, string>>;

/**
 * The statuses that `fetch` does not pass on: redirects are followed, 407 is a network error, and 421 is requested
 * again.
 */
const notHandedOver = [301, 302, 303, 307, 308, 407, 421];

/** @throws TypeError when a header cannot carry the ID. */
export function acceptanceHead(lastEventId: string | undefined): HeaderRecord {
  if (lastEventId === undefined || lastEventId === '') return {};
  if (typeof lastEventId === 'string' && isSendable(lastEventId)) return { 'last-event-id': lastEventId };
  throw new TypeError('`lastEventId` must be a string without control characters.');
}

/** @throws TypeError when `fetch` would not pass on the status, when a header is invalid, or when it is no refusal. */
export function refusalHead(
  status: number,
  { retryAfter, headers = {} }: Omit<Refusal, 'body'>,
): HeaderRecord {
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new TypeError(`A status is a whole number from 200 to 599, not ${String(status)}.`);
  }
  if (notHandedOver.includes(status)) {
    throw new TypeError(`\`fetch\` deals with ${status} by itself, so a client never sees it.`);
  }
  if (retryAfter !== undefined && !milliseconds.test(retryAfter)) {
    throw new TypeError(`\`retryAfter\` must be milliseconds, but it is ${String(retryAfter)}.`);
  }
  const head: Record<string, string> = { 'content-type': 'text/html' };
  if (retryAfter !== undefined) head['retry-after'] = String(Math.ceil(retryAfter / 1_000));
  for (const [name, value] of Object.entries(headers)) {
    if (!headerNameRule.test(name) || !isSendable(String(value))) {
      throw new TypeError('`headers` must be names and values that HTTP can send.');
    }
    head[name.toLowerCase()] = String(value);
  }
  if (refusalOf({ status, headers: { get: (name) => head[name] ?? null } })) return head;
  throw new TypeError('That is the head of an event stream: `accept()` the request instead.');
}

/**
 * The ID that a request asks to resume after: from its header, or from the query parameter `lastEventId`; else empty.
 */
export function askedAfter(url: string, { 'last-event-id': header }: HeaderRecord): string {
  if (header !== undefined) {
    const text = fromUtf8Bytes(header);
    // Chromium gives a service worker the decoded text instead of its bytes.
    return utf8Bytes(text) === header ? text : header;
  }
  return new URL(url, 'http://localhost').searchParams.get('lastEventId') ?? '';
}

/** The headers as HTTP sends them: each character is a byte. */
export function asBytes(headers: HeaderRecord): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, utf8Bytes(value)]));
}
