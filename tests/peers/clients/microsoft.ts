import { type FetchEventSourceInit, fetchEventSource } from '@microsoft/fetch-event-source';
import type { App, Open, Setup } from '../client.ts';

export const open: Open = (setup, app) => {
  const { url, headers, body } = setup;
  fetchEventSource(url, {
    ...(headers && { headers }),
    ...(body && { method: 'POST', body }),
    onmessage: ({ event, data }) => app.heard(event || 'message', data),
    ...(setup.withOption && callbacks(setup, app)),
  }).catch((error: unknown) => app.failed(error));
};

class Fatal extends Error {}

class Retriable extends Error {
  readonly after: number | undefined;

  constructor(after?: number) {
    super();
    this.after = after;
  }
}

/** As its README shows them. */
function callbacks({ row }: Setup, app: App): FetchEventSourceInit {
  let failures = 0;

  async function onopen(response: Response) {
    if (response.ok) return;
    app.failed(response.status);
    if (response.status < 500 && response.status !== 429) throw new Fatal();
    throw new Retriable(Number(response.headers.get('retry-after') ?? Number.NaN) * 1_000 || undefined);
  }

  function onerror(error: unknown) {
    if (error instanceof Fatal || row === 'postOnce') throw error;
    if (error instanceof Retriable && error.after) return error.after;
    if (row !== 'growing' && row !== 'spread') return undefined;
    failures += 1;
    return Math.random() * Math.min(30_000, 500 * 2 ** failures);
  }

  function onclose() {
    throw new Retriable();
  }

  return { onopen, onerror, onclose };
}
