import type { TransportActorSettings } from './actor-options.ts';
import { namesOf } from './app-functions.ts';
import { InvalidMessage } from './invalid-message.ts';
import { report } from './report.ts';
import { type EventsOption, eventNames, schemasIn } from './schemas.ts';
import type { MessageMatcher } from './transport.ts';

/** The options that name events. */
interface NamingOptions {
  readonly events?: EventsOption | undefined;
  readonly closeOn?: MessageMatcher | undefined;
  readonly refreshOn?: MessageMatcher | undefined;
  readonly keepAlive?: MessageMatcher | undefined;
}

/** The events that the options name. */
export function namedBy({ events = [], closeOn, refreshOn, keepAlive }: NamingOptions): readonly string[] {
  return [...eventNames(events), ...namesOf(closeOn), ...namesOf(refreshOn), ...namesOf(keepAlive)];
}

/**
 * The events that a connection hears: those that the options name, and `message`. Only where each event has a schema
 * does `message` have to be named.
 */
export function askedFor(options: NamingOptions): readonly string[] {
  const unnamed = schemasIn(options.events) ? [] : ['message'];
  return [...new Set([...unnamed, ...namedBy(options)])];
}

/** The events that are heard; undefined when all are. */
export function heardEvents(options: NamingOptions): readonly string[] | undefined {
  return options.events && askedFor(options);
}

/** The usual names of events that only show that the server is there. */
export const keepAliveName = /^(ping|heart-?beat|keep-?alive)$/i;

/** Whether an event is among the names, or only shows that the server is there. */
export function isExpected(event: string, names: readonly string[]): boolean {
  return names.includes(event) || keepAliveName.test(event);
}

const counts = new WeakMap<object, number>();

/**
 * Counts messages that nobody asked for. In development, the first of a connection causes a warning, because a
 * message that is left out silently looks like one that was never sent.
 *
 * @param isKnown True when `events` lets the messages through, but nobody listens.
 */
export function countUnasked(connection: object, names: readonly string[], isKnown = false): void {
  if (count(connection, names) === 0) warn(names[0], isKnown);
}

/**
 * Leaves out messages that nobody asked for: counts them, and warns of the first or, with `unknownEvents: 'report'`,
 * reports each.
 */
export function leaveOut(
  connection: object,
  names: readonly string[],
  {
    unknownEvents,
    onInvalid,
    reportError,
  }: Pick<TransportActorSettings, 'unknownEvents' | 'onInvalid' | 'reportError'>,
): void {
  if (unknownEvents === 'ignore') {
    countUnasked(connection, names);
    return;
  }
  count(connection, names);
  for (const event of names) {
    const fault = `A message of '${event}' is left out: \`events\` does not name it.`;
    report(onInvalid ?? reportError, new InvalidMessage(fault, { event, id: '' }));
  }
}

/** How many messages of a connection nobody asked for. */
export function unaskedOf(connection: object): number {
  return counts.get(connection) ?? 0;
}

/** @returns The count before. */
function count(connection: object, names: readonly string[]): number {
  const before = unaskedOf(connection);
  counts.set(connection, before + names.length);
  return before;
}

/** In production, a bundler removes the body. Does nothing where there is no `process`. */
function warn(name: string | undefined, isKnown: boolean): void {
  try {
    if (process.env.NODE_ENV !== 'production') {
      const message = name === 'message' ? 'A message without an event name' : `An event named \`${name}\``;
      const advice = isKnown
        ? `listen with \`on('${name}', …)\`, or to all events with \`on('*', …)\`.`
        : 'name it in `events`, or leave `events` out to get every event.';
      console.warn(`${message} came, and nobody asked for it: ${advice} This is said once.`);
    }
  } catch {}
}

declare const process: { env: { NODE_ENV?: string } };
