import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTRPCClient } from '@trpc/client';
import { initTRPC, tracked } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { subscriptions } from './trpc.ts';

const log: string[] = [];
const wakers = new Set<() => void>();

function publish(text: string): void {
  log.push(text);
  for (const wake of wakers) wake();
}

const t = initTRPC.create();
const router = t.router({
  news: t.procedure
    .input(z.object({ lastEventId: z.string().nullish() }).optional())
    .subscription(async function* ({ input, signal }) {
      for (let at = Number(input?.lastEventId ?? 0); !signal?.aborted; at += 1) {
        while (at >= log.length && !signal?.aborted) {
          await new Promise<void>((resolve) => {
            wakers.add(resolve);
            signal?.addEventListener('abort', () => resolve());
          });
        }
        const text = log[at];
        if (text !== undefined) yield tracked(String(at + 1), text);
      }
    }),
});

test('a subscription of tRPC goes on after a deploy, where it was', async () => {
  const serve: RequestListener = createHTTPHandler({ router });
  const seen: string[] = [];
  let failures = 0;
  const server = createServer((request, response) => {
    seen.push(`${request.headers.authorization} ${request.headers['last-event-id'] ?? ''}`);
    if (failures > 0) {
      failures -= 1;
      response.writeHead(500).end();
    } else serve(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let token = 'one';
  const client = createTRPCClient<typeof router>({ links: [subscriptions(url, () => token)] });
  const heard: string[] = [];
  const faults: unknown[] = [];
  const subscription = client.news.subscribe(undefined, {
    onData: ({ data }) => heard.push(data),
    onError: (error) => faults.push(error),
  });

  publish('first');
  await expect.poll(() => heard).toEqual(['first']);
  token = 'two';
  failures = 2;
  server.closeAllConnections();
  publish('second');
  await expect.poll(() => heard).toEqual(['first', 'second']);
  expect(faults).toEqual([]);
  expect(seen).toEqual(['Bearer one ', 'Bearer two 1', 'Bearer two 1', 'Bearer two 1']);

  subscription.unsubscribe();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
