import { defineStore } from 'pinia';
import { useServerSentEvents } from 'sse-machine/vue';
import { computed, ref } from 'vue';
import { z } from 'zod';

const notification = z.object({ id: z.number(), title: z.string() });
type Notification = z.infer<typeof notification>;

/** The items that a page is rendered with, and the last event that it knows. */
interface Page {
  readonly items: readonly Notification[];
  readonly lastEventId: string;
}

export const useNotifications = defineStore('notifications', () => {
  /** State of Pinia: the server sends it with the page. All that comes of the connection is getters, and is not sent. */
  const page = ref<Page | null>(null);
  const {
    data: arrived,
    status,
    error,
    open,
    close,
  } = useServerSentEvents(
    // Pinia fills in the state that came with the page only after this function has returned.
    () => page.value && '/api/notifications',
    () => ({
      events: { notification },
      lastEventId: page.value?.lastEventId,
      initial: [] as readonly Notification[],
      reduce: (items, { data }) => [data, ...items],
    }),
  );
  const all = computed(() => [...arrived.value, ...(page.value?.items ?? [])]);

  async function load(): Promise<void> {
    const response = await fetch('/api/notifications/page');
    page.value = await response.json();
  }

  return { page, all, status, error, load, open, close };
});
