import { useEventSource } from '@vueuse/core';

export const useFeed = (url: string) =>
  useEventSource(url, ['notification', 'price'], {
    autoReconnect: { retries: 8, delay: 1_000, onFailed: () => console.log('gave up') },
    serializer: { read: (text) => JSON.parse(text ?? '') },
    withCredentials: true,
  });
