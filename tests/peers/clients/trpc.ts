import { createTRPCUntypedClient, httpSubscriptionLink, retryLink } from '@trpc/client';
import { EventSource } from 'eventsource';
import type { Open } from '../client.ts';
import { fetchWith } from './eventsource.ts';

const withRetryLink = ['error', 'verdicts', 'retryAfter'];
const withEventSource = ['verdicts', 'headers', 'saysWhy', 'node'];

/** The server speaks as one of tRPC does below `/trpc`. */
export const open: Open = (setup, app) => {
  const { url, row, withOption } = setup;
  const { origin, pathname } = new URL(url, globalThis.location?.href);
  const base = { url: `${origin}/trpc` };
  const link =
    withOption && withEventSource.includes(row)
      ? httpSubscriptionLink({
          ...base,
          EventSource,
          eventSourceOptions: () => ({ fetch: fetchWith(setup) }),
        })
      : httpSubscriptionLink(base);
  const retry = retryLink({
    // The code is there with the class of `eventsource`, and missing with the browser's.
    retry: ({ error }) => (codeOf(error) ?? 500) >= 500,
    retryDelayMs: (attempt) => Math.min(1_000 * 2 ** attempt, 30_000),
  });
  const links = withOption && withRetryLink.includes(row) ? [retry, link] : [link];
  createTRPCUntypedClient({ links }).subscription(pathname.slice(1), undefined, {
    onData: (value) => app.heard('message', JSON.stringify(value)),
    onError: (error) => app.failed(error, codeOf(error)),
    onConnectionStateChange: ({ error }) => error && app.failed(error),
  });
};

function codeOf({ cause }: Error): number | undefined {
  const code = typeof cause === 'object' && cause !== null && Reflect.get(cause, 'code');
  return typeof code === 'number' ? code : undefined;
}
