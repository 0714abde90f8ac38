import { useEventSource } from '@vueuse/core';
import { createApp, defineComponent, shallowRef, watch } from 'vue';
import { type Mount, shownReadings } from './feed.ts';
import type { Reading } from './send-paced.ts';
import { renderReadings } from './vue-readings.ts';

/** It has the last message only: a watcher keeps the ones before. */
export const mount: Mount = (host, { url, onMessage, onRender }) => {
  const App = defineComponent(() => {
    const { data } = useEventSource<string[], Reading>(url, [], {
      serializer: { read: (text = '') => JSON.parse(text) },
    });
    const history = shallowRef<readonly Reading[]>([]);
    watch(data, (reading) => {
      if (!reading) return;
      history.value = [...history.value, reading].slice(-shownReadings);
      onMessage(reading);
    });
    return () => {
      onRender();
      return renderReadings(data.value, history.value);
    };
  });
  createApp(App).mount(host);
};
