import { createApp, defineComponent } from 'vue';
import { useServerSentEvents } from '../../../adapters/vue.ts';
import { type Mount, shownReadings } from './feed.ts';
import type { Reading } from './send-paced.ts';
import { renderReadings } from './vue-readings.ts';

export const mount: Mount = (host, { url, onMessage, onRender }) => {
  const App = defineComponent(() => {
    const { data, history } = useServerSentEvents<{ message: Reading }>(url, {
      history: shownReadings,
      onMessage: (message) => onMessage(message.data),
    });
    return () => {
      onRender();
      return renderReadings(
        data.value,
        history.value.map((message) => message.data),
      );
    };
  });
  createApp(App).mount(host);
};
