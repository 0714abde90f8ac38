import { useEventSource } from '@vueuse/core';
import { effectScope, watch } from 'vue';
import type { Open } from '../../clients/client.ts';

/** It has no callback: a synchronous watcher is how to see every message, as long as no two in a row are the same. */
export const open: Open = ({ url, event, receive }) => {
  effectScope().run(() => {
    const { data } = useEventSource(url, [event]);
    watch(data, receive, { flush: 'sync' });
  });
};
