import { isFunction } from '../machines/option-table.ts';
import { heardEvents } from '../transports/asked-for.ts';
import { report } from '../transports/report.ts';
import { resourceOf } from '../transports/resource.ts';
import { eventNames, schemasIn } from '../transports/schemas.ts';
import { type ConnectionOptions, type completeOptions, contentOf } from './options.ts';
import type { ConnectionUrl } from './shared-connections.ts';

// The rules for who may share a connection with whom, and which options each user has for itself.

/** One of those that share a connection. */
export interface User {
  readonly options: ConnectionOptions;
  readonly settings: ReturnType<typeof completeOptions>;
  readonly url: ConnectionUrl;
  readonly shownUrl: unknown;
  /** The events that are delivered to it; left out, all are. */
  readonly wanted: readonly string[] | undefined;
  /** The URL as text; empty when it is a function. */
  address: string;
  /** The position of this user: the {@link SharedConnection.place} up to which it has heard everything. */
  place?: object;
}

/** The facts of a shared connection that the rules need. */
interface Stream {
  readonly users: ReadonlySet<User>;
  /** The user whose functions are called. */
  readonly lead: User;
}

/** The options that are each user's own. */
export const own: readonly string[] = [
  'share',
  'linger',
  'topics',
  'immediate',
  'signal',
  'bufferSize',
  'onGap',
  'onOpen',
  'onFailure',
  'onGaveUp',
  'onClosed',
  'onInvalid',
];

export const nameless = 'A `url` function needs a name in `share`.';
export const unheld = "`overflow: 'wait'` would hold back the other users of a shared connection.";
export const topicless = '`topics` needs a `url` function, and a name in `share`.';

/**
 * Users with the same key share a connection. The options that are plain data are part of it, so that also in
 * production, none is served with the options of another.
 */
export function keyOf(user: User): string {
  const { settings, address } = user;
  return JSON.stringify([
    settings.share === true,
    nameOf(user),
    address && resourceOf(address),
    settings.transport.scope,
    contentOf({ ...settings, events: namesFor(settings) }, [...own, 'lastEventId']),
  ]);
}

/** The events that are delivered to a user; undefined when all are. */
export function wantedBy(settings: User['settings']): readonly string[] | undefined {
  const { events, transport } = settings;
  if (schemasIn(events)) return events && eventNames(events);
  return transport.needsNames ? undefined : heardEvents(settings);
}

/** The names that the transport has to know. Any other transport delivers all events, and each user takes its own. */
export function namesFor({ events, transport }: User['settings']): readonly string[] | undefined {
  return events && transport.needsNames ? eventNames(events) : undefined;
}

/** A URL as text; empty when it is a function. */
export function addressOf(url: unknown): string {
  return isFunction(url) ? '' : String(url);
}

/**
 * @throws TypeError when an option contradicts that of another user. In production, a bundler removes the body. Does
 * nothing where there is no `process`.
 */
export function refuseContradictions(user: User, streams: ReadonlyMap<string, Stream>): void {
  let complaint: string | undefined;
  try {
    if (process.env.NODE_ENV !== 'production') complaint = complaintOf(user, streams);
  } catch {}
  if (complaint) throw new TypeError(complaint);
}

/**
 * The same for a component, but once all other components have rendered, because all may be about to change their
 * options. It is reported, because the component is already mounted.
 */
export function reportContradictions(user: User, streams: ReadonlyMap<string, Stream>): void {
  try {
    if (process.env.NODE_ENV !== 'production') {
      Promise.resolve().then(() => {
        const complaint = isUser(user, streams) && complaintOf(user, streams);
        if (complaint) report(user.settings.reportError, new TypeError(complaint));
      });
    }
  } catch {}
}

function isUser(user: User, streams: ReadonlyMap<string, Stream>): boolean {
  return [...streams.values()].some(({ users }) => users.has(user));
}

/** The complaint about the first option that contradicts that of an earlier user. */
function complaintOf(user: User, streams: ReadonlyMap<string, Stream>): string | undefined {
  for (const { users, lead } of streams.values()) {
    const meansTheSame = (lead.settings.share === true) === (user.settings.share === true);
    if (users.size > 0 && meansTheSame && nameOf(lead) === nameOf(user)) {
      const complaint = contradictionOf(user, lead);
      if (complaint) return complaint;
    }
    if (users.has(user)) return undefined;
  }
  return undefined;
}

/** Options that are not compared: they are read at every attempt, concern one user only, or only the beginning. */
const uncompared = ['headers', 'lastEventId', 'reportError', 'clock'];

/** Functions that a hook wraps anew in each component. Only whether one is given is compared. */
const wrapped = ['fetch', 'jitter', 'onResponse', 'parse', 'refresh'];

function contradictionOf(user: User, other: User): string | undefined {
  const [ours, theirs] = [comparedOf(user), comparedOf(other)];
  const name = Object.keys(ours).find((name) => textOf(name, ours[name]) !== textOf(name, theirs[name]));
  if (!name) return undefined;
  const { share } = other.settings;
  const what = share === true ? resourceOf(other.address) : share; // without the query, which may be private
  return `\`${name}\` is ${shown(ours[name])} here, and ${shown(theirs[name])} where '${what}' is shared already. Users of one connection need the same options; for others, give \`share\` another name.`;
}

function comparedOf({ settings, shownUrl, address }: User): Record<string, unknown> {
  const compared = Object.entries(settings).filter(
    ([name]) => !own.includes(name) && !uncompared.includes(name),
  );
  return {
    url: address ? resourceOf(address) : shownUrl,
    ...Object.fromEntries(compared),
    persist: settings.persist?.key,
    events: namesFor(settings),
  };
}

/** Functions are compared by their source, because each render makes another one of the same source. */
function textOf(name: string, value: unknown): string {
  if (isFunction(value) && wrapped.includes(name)) return 'function';
  return Array.isArray(value) ? shown([...value].sort()) : shown(value, String(value));
}

function shown(value: unknown, asFunction = 'a function'): string {
  if (isFunction(value)) return asFunction;
  return typeof value === 'number' ? String(value) : String(JSON.stringify(value)).replaceAll('"', "'");
}

/** The name that means the same connection: that of `share`, or the method and the URL. */
function nameOf({ settings: { share, method }, address }: User): string {
  if (share !== true) return String(share);
  const [query = ''] = /\?[^#]*/.exec(address) ?? [];
  return `${method} ${resourceOf(address)}${query}`;
}

declare const process: { env: { NODE_ENV?: string } };
