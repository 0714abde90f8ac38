import { milliseconds } from '../machines/option-table.ts';
import { isSendable } from '../transports/event-id.ts';
import { refusalOf } from '../transports/http/refusal.ts';
import { headerNameRule } from '../transports/option-rules.ts';
import type { Refusal } from './scripted.ts';

/** By their names in lower case. */
export type HeaderRecord = Readonly<Record<string, string>>;

/** Redirects are followed, 407 is a fault of the network, and 421 is asked again. */
const notHandedOver = [301, 302, 303, 307, 308, 407, 421];

/** @throws TypeError when no header can say it. */
export function acceptanceHead(lastEventId: string | undefined): HeaderRecord {
  if (lastEventId === undefined || lastEventId === '') return {};
  if (typeof lastEventId === 'string' && isSendable(lastEventId)) return { 'last-event-id': lastEventId };
  throw new TypeError('`lastEventId` must be a string without control characters.');
}

/** @throws TypeError when it is no refusal. */
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
