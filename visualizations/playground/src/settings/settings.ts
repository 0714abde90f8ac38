import type { ConnectionOptions } from 'sse-machine';
import { readAddress } from '../address/address.ts';
import { createStore } from '../store.ts';
import type { Settings } from './setting-fields.ts';
import { authorization, renewToken } from './token.ts';

/** The settings, fault, tour and fleet that the address of the page asks for. */
export const asked = readAddress(new URLSearchParams(location.search));

/** The settings in force. Other ones remake both connections. */
export const settings = createStore<Settings>(asked.settings);

/** Equal for equal settings: the key of a panel, which is remade when it changes. */
export function keyOf(of: Settings): string {
  return JSON.stringify(of);
}

/** The options of a connection with these settings. */
export function optionsOf({ token, ...options }: Settings): Omit<ConnectionOptions, 'events'> {
  return token ? { ...options, headers: authorization, refresh: renewToken } : options;
}

/** Where the stream is. The server counts the requests of each `client`. */
export function eventsUrl(client: string): string {
  const url = document.querySelector<HTMLMetaElement>('meta[name="events-url"]')?.content ?? '/events';
  return `${url}/${client}`;
}
