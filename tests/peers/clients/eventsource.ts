import { EventSource } from 'eventsource';
import type { Open, Setup } from '../client.ts';
import { listen } from './listen.ts';

export const open: Open = (setup, app) => {
  const source = new EventSource(setup.url, setup.withOption ? { fetch: fetchWith(setup) } : {});
  if (setup.withOption && setup.row === 'postOnce') source.addEventListener('error', () => source.close());
  listen(source, app);
};

/** As its page about migration shows for headers. */
export function fetchWith({ headers, body }: Setup): typeof fetch {
  return (input, init) =>
    fetch(input, {
      ...init,
      ...(body && { method: 'POST', body }),
      headers: { ...Object.fromEntries(new Headers(init?.headers)), ...headers },
    });
}

export const newSource = (url: string) => new EventSource(url);
