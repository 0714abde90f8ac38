import { QueryClient } from '@tanstack/react-query';
import { createTRPCUntypedClient, httpSubscriptionLink } from '@trpc/client';
import { createTRPCOptionsProxy, useSubscription } from '@trpc/tanstack-react-query';
import type { App, Open } from '../client.ts';
import { mountStrictly } from './mount-strictly.tsx';

export const open: Open = ({ url }, app) => {
  const { origin } = new URL(url, location.href);
  const client = createTRPCUntypedClient({ links: [httpSubscriptionLink({ url: `${origin}/trpc` })] });
  const trpc = createTRPCOptionsProxy({ client, queryClient: new QueryClient() });
  mountStrictly(<Stream trpc={trpc} app={app} />);
};

interface Props {
  readonly trpc: ReturnType<typeof createTRPCOptionsProxy>;
  readonly app: App;
}

function Stream({ trpc, app }: Props) {
  const onData = (value: unknown) => app.heard('message', JSON.stringify(value));
  const { status } = useSubscription(trpc['events']?.subscriptionOptions(undefined, { onData }) ?? {});
  return <p>{status}</p>;
}
