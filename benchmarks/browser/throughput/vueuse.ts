import { useEventSource } from '@vueuse/core';
import { effectScope, watch } from 'vue';
import type { Open } from '../../clients/client.ts';

/** It has no callback. A synchronous watcher sees every message, as long as no two in a row are the same. */
export const open: Open = ({ url, event, receive }) => {
  effectScope().run(() => {
    const { data } = useEventSource(url, [event]);
    watch(data, receive, { flush: 'sync' });
  });
};
