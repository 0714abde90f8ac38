import { useEventSource } from '@vueuse/core';
import { effectScope, watch } from 'vue';
import type { Open } from '../client.ts';

export const open: Open = ({ url, withOption }, app) => {
  effectScope(true).run(() => {
    const { event, data, error } = useEventSource(url, [], withOption ? { autoReconnect: true } : {});
    watch(data, (text) => app.heard(event.value ?? 'message', text ?? ''), { flush: 'sync' });
    watch(
      error,
      (event) => event && app.failed(Reflect.get(event, 'status'), Reflect.get(event, 'message')),
      {
        flush: 'sync',
      },
    );
  });
};
