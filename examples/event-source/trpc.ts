import { httpSubscriptionLink } from '@trpc/client';
import { createEventSource } from 'sse-machine/event-source';

export const subscriptions = (url: string, token: () => string) =>
  httpSubscriptionLink({
    url,
    EventSource: createEventSource({
      maxRetries: Infinity,
      headers: () => ({ authorization: `Bearer ${token()}` }),
    }),
  });
