import { systemClock } from '../machines/clock.ts';
import { ConnectionError } from '../machines/connection-error.ts';
import {
  complete,
  functionOf,
  type Given,
  milliseconds,
  option,
  rule,
  text,
} from '../machines/option-table.ts';
import { supply } from '../transports/app-functions.ts';
import { fetchTransport } from '../transports/fetch.ts';
import { defaultReporter } from '../transports/report.ts';
import { isSafe, lastEventIdAt, type Transport } from '../transports/transport.ts';
import type { TransportFactory, TransportOptions } from '../transports/transport-factory.ts';
import type { Client } from './reader.ts';
import { createTab, type Tab } from './tab.ts';
import { version } from './words.ts';

/** The options of {@link acrossTabs}, but for the scope. */
export const tabsTable = {
  /**
   * How long this tab keeps the stream for the others, or for a connection that comes at once, after its own last
   * connection has closed; in milliseconds.
   *
   * @default 1_000
   */
  linger: option(1_000, milliseconds),
  /** After how long a silence a tab asks the one that has the stream whether it is there, in milliseconds. @default 5_000 */
  heartbeat: option(5_000, milliseconds),
  /**
   * How long the tab that has the stream may be hidden before it leaves it to one that can be seen, in milliseconds. Each
   * such change costs a request.
   *
   * @default 30_000
   */
  yieldAfter: option(30_000, milliseconds),
  /** The transport that carries the stream to the one tab. By default `fetchTransport`. */
  transport: option(fetchTransport, functionOf<TransportFactory>()),
};

/** The options of {@link acrossTabs}. */
export interface AcrossTabsOptions extends Given<typeof tabsTable> {
  /**
   * Whose stream it is: the ID of the user, say. Tabs with other scopes never meet. A constant, as `'public'`, where
   * everybody gets the same.
   */
  readonly scope: string;
}

/** Makes the transports of connections that share a stream with those in other tabs. */
export interface TabsTransport extends TransportFactory {
  /**
   * The user has signed out: every connection of the scope fails with kind `forbidden`, in all tabs, and sends
   * nothing more until the app opens it again.
   */
  signOut(): void;
}

/** The tabs that this page is, by the names of their streams. */
const tabs = new Map<string, Tab>();

const signedOut = 'The user has signed out.';

/**
 * One stream for all tabs of a browser: one of them opens it, and the others get what it brings. Each connection keeps
 * its own state, last event ID and listeners, and gets exactly what a stream of its own would bring.
 *
 * Tabs share a stream when scope and URL are the same, and the events that they ask for. Unsafe requests are never shared. Where the browser has no
 * Web Locks (which need HTTPS) or no BroadcastChannel, each tab has a stream of its own.
 *
 * @example
 * ```ts
 * const connection = createConnection('/api/events', { transport: acrossTabs({ scope: user.id }) });
 * ```
 * @throws TypeError when an option is invalid.
 * @see https://w3c.github.io/web-locks/
 */
export function acrossTabs(options: AcrossTabsOptions): TabsTransport {
  const { scope } = complete(options, { scope: option('', scopeRule) });
  const { transport: makeTransport, ...settings } = complete(options, tabsTable);
  if (scope === '')
    throw new TypeError('`scope` is missing: the ID of the user, or a word where all get the same.');
  const prefix = `sse-machine/${version}/${encodeURIComponent(scope)}/`;

  const make = (given: TransportOptions): Transport => {
    const { clock = systemClock, reportError = defaultReporter, method = 'GET' } = given;
    const own = makeTransport(given);
    if (!isSafe(method)) return own;
    // The one stream brings only what its own tab hears.
    const heard = own.hears?.map(encodeURIComponent).sort() ?? [];
    let tab: Tab | undefined;
    let client: Client | undefined;

    const open: Transport = async (request, signal) => {
      const url = await supply('url', given.url, reportError);
      const lastEventId = lastEventIdAt(url, request);
      const name = prefix + [method, addressOf(url), ...heard].join(' ');
      const known = tabs.get(name) ?? createTab({ name, url, settings, clock, onAway: () => forget(name) });
      tabs.set(name, known);
      client ??= { transport: own, connection: request.connection, isOnItsOwn: false };
      if (tab !== known) tab?.forget(client);
      tab = known;
      watchSignOut(prefix);
      return known.read(client, { ...request, lastEventId }, signal);
    };
    return Object.assign(open, {
      hears: own.hears,
      usesCredentials: () => !tab || !client || tab.sendsRequestsOf(client),
    });
  };
  return Object.assign(make, { scope, needsNames: makeTransport.needsNames, signOut: () => signOut(prefix) });
}

const scopeRule = rule<string>('a string', text.test);

/** The channels on which is said that a user has signed out. */
const signOuts = new Map<string, BroadcastChannel>();

function watchSignOut(prefix: string): void {
  if (signOuts.has(prefix) || typeof BroadcastChannel !== 'function') return;
  try {
    const channel = new BroadcastChannel(prefix);
    channel.onmessage = () => closeAll(prefix);
    signOuts.set(prefix, channel);
  } catch {} // no tab can hear another here
}

function signOut(prefix: string): void {
  watchSignOut(prefix);
  signOuts.get(prefix)?.postMessage('signed out');
  closeAll(prefix);
  forget(prefix);
}

function closeAll(prefix: string): void {
  for (const [name, tab] of tabs) {
    if (name.startsWith(prefix)) tab.close(new ConnectionError('forbidden', signedOut));
  }
}

/** Forgets a tab, and the channel of its scope after the last one. */
function forget(name: string): void {
  tabs.delete(name);
  for (const [prefix, channel] of signOuts) {
    if ([...tabs.keys()].some((other) => other.startsWith(prefix))) continue;
    channel.close();
    signOuts.delete(prefix);
  }
}

function addressOf(url: string | URL): string {
  const { href } = new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href);
  return href.replace(/#.*/s, '');
}
