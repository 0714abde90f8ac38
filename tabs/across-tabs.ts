import { systemClock } from '../machines/clock.ts';
import {
  complaint,
  complete,
  functionOf,
  type Given,
  milliseconds,
  option,
  text,
} from '../machines/option-table.ts';
import { tabsDelays } from '../machines/tabs.ts';
import { supply } from '../transports/app-functions.ts';
import { fetchTransport } from '../transports/fetch.ts';
import { defaultReporter } from '../transports/report.ts';
import { isSafe, lastEventIdAt, type Transport } from '../transports/transport.ts';
import type { TransportFactory, TransportOptions } from '../transports/transport-factory.ts';
import type { Client } from './reader.ts';
import { createTab, type Tab } from './tab.ts';
import { type Said, version } from './words.ts';

/** The options of {@link acrossTabs}, without the scope. */
export const tabsTable = {
  /**
   * How long this tab keeps the stream after its own last connection has closed, for the other tabs or for a new
   * connection; in milliseconds.
   *
   * @default 1_000
   * @example `acrossTabs({ scope: user.id, linger: 5_000 })`
   */
  linger: option(tabsDelays.linger, milliseconds),
  /**
   * How long the tab with the stream may be silent before another asks whether it is there, in milliseconds. @default
   * 5_000
   *
   * @example `acrossTabs({ scope: user.id, heartbeat: 2_000 })`
   */
  heartbeat: option(tabsDelays.heartbeat, milliseconds),
  /**
   * How long the tab with the stream may be hidden before it leaves the stream to a visible tab, in milliseconds.
   * Each such change costs a request.
   *
   * @default 30_000
   * @example `acrossTabs({ scope: user.id, yieldAfter: 60_000 })`
   */
  yieldAfter: option(tabsDelays.yieldAfter, milliseconds),
  /**
   * Makes the transport of the one tab that opens the stream. By default `fetchTransport`.
   *
   * @example `acrossTabs({ scope: user.id, transport: eventSourceTransport })`
   */
  transport: option(fetchTransport, functionOf<TransportFactory>()),
};

/** The options of {@link acrossTabs}. */
export interface AcrossTabsOptions extends Given<typeof tabsTable> {
  /**
   * The owner of the stream, such as the ID of the user. Tabs with different scopes never share. Give a constant such
   * as `'public'` if everybody gets the same stream.
   *
   * @example `acrossTabs({ scope: 'public' })`
   */
  readonly scope: string;
}

/** Makes transports that share a stream with connections in other tabs. */
export interface TabsTransport extends TransportFactory {
  /**
   * To call when the user signs out: every connection of the scope fails with kind `forbidden`, in all tabs, and
   * sends nothing until the app opens it again.
   */
  signOut(): void;
}

/** The tabs of this page (one for each shared stream), by the names of their streams. */
const tabs = new Map<string, Tab>();

/**
 * Shares one stream among all tabs of a browser: one tab opens it, and passes its messages to the others. Each
 * connection keeps its own state, last event ID and listeners, and gets exactly the messages of a stream of its own.
 *
 * Tabs share a stream when scope and URL are the same, and the events that they name. Unsafe requests are never
 * shared. Where the browser has no Web Locks (which need HTTPS) or no BroadcastChannel, each tab has a stream of its
 * own.
 *
 * @example
 * ```ts
 * const connection = createConnection('/api/events', { transport: acrossTabs({ scope: user.id }) });
 * ```
 * @throws TypeError when an option is invalid.
 * @see https://w3c.github.io/web-locks/
 */
export function acrossTabs(options: AcrossTabsOptions): TabsTransport {
  const { scope } = options;
  if (!text.test(scope)) throw new TypeError(`\`scope\` ${complaint(scopeWords, scope)}`);
  const { transport: makeTransport, ...delays } = complete(options, tabsTable);
  const prefix = `sse-machine/${version}/${encodeURIComponent(scope)}/`;

  const make = (given: TransportOptions): Transport => {
    const { clock = systemClock, reportError = defaultReporter, method = 'GET' } = given;
    const own = makeTransport(given);
    if (!isSafe(method)) return own;
    // The shared stream delivers only the events that the tab with the stream hears.
    const heard = own.hears?.map(encodeURIComponent).sort() ?? [];
    const client: Client = { transport: own, isOnItsOwn: true };

    const open: Transport = async (request, signal) => {
      const url = await supply('url', given.url, reportError);
      signal.throwIfAborted(); // nothing would end a reader that begins now
      const lastEventId = lastEventIdAt(url, request);
      const name = prefix + [method, addressOf(url), ...heard].join(' ');
      const tab = tabs.get(name) ?? createTab(name, prefix, url, delays, clock, () => tabs.delete(name));
      tabs.set(name, tab);
      return tab.read(client, { ...request, lastEventId }, signal);
    };
    return Object.assign(open, {
      hears: own.hears,
      // Only the credentials of the tab that opens the stream count.
      usesCredentials: () => client.isOnItsOwn || client.tab?.mayRequest() === true,
    });
  };
  return Object.assign(make, { scope, needsNames: makeTransport.needsNames, signOut: () => signOut(prefix) });
}

const scopeWords = "the ID of the user, or 'public'";

function signOut(prefix: string): void {
  for (const [name, tab] of tabs) if (name.startsWith(prefix)) tab.close();
  try {
    const channel = new BroadcastChannel(prefix);
    channel.postMessage({ type: 'scope.closed' } satisfies Said);
    channel.close();
  } catch {} // without a channel, no other tab can hear it
}

function addressOf(url: string | URL): string {
  const { href } = new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href);
  return href.replace(/#.*/s, '');
}
