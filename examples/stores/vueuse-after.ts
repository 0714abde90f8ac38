import { useServerSentEvents } from 'sse-machine/vue';
import { watch } from 'vue';

export function useFeed(url: string) {
  const feed = useServerSentEvents(url, {
    events: ['notification', 'price'],
    maxRetries: 8,
    retryDelay: 1_000,
    parse: (text) => JSON.parse(text),
    withCredentials: true,
  });
  watch(feed.status, (status) => status === 'failed' && console.log('gave up'));
  return feed;
}
