import type { Open, Setup } from './client.ts';

/** A page, or a process of Node, in which a client is tried. */
interface Tried {
  readonly heard: { readonly event: string; readonly value: number }[];
  /** All that the app was told of failures, as text. */
  readonly told: string[];
  open(setup: Setup): void;
  /** The members of EventSource that an object of the client lacks. */
  lacks(url: string, withOption: boolean): string[];
}

declare global {
  var tried: Tried;
}

interface Client {
  readonly open: Open;
  readonly newSource?: (url: string, withOption: boolean) => object;
}

const members = ['url', 'readyState', 'withCredentials', 'onopen', 'onmessage', 'onerror'];
const methods = ['addEventListener', 'removeEventListener', 'close'];

/** Lets the run, which is outside of the page, steer the client. */
export function expose({ open, newSource }: Client): void {
  const heard: Tried['heard'] = [];
  const told: string[] = [];
  globalThis.tried = {
    heard,
    told,
    open: (setup) =>
      open(setup, {
        heard: (event, data) => heard.push({ event, value: Number(/"value":(\d+)/.exec(data)?.[1]) }),
        failed: (...all) => told.push(all.filter(Boolean).map(String).join(' ')),
      }),
    lacks(url, withOption) {
      const source = newSource?.(url, withOption) ?? {};
      const lacking = [...members, ...methods].filter((name) => !(name in source));
      if ('close' in source && typeof source.close === 'function') source.close();
      return lacking;
    },
  };
}
