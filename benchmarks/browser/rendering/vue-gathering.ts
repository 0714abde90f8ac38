import { createApp, defineComponent } from 'vue';
import { useServerSentEvents } from '../../../adapters/vue.ts';
import { type Mount, shownReadings } from './feed.ts';
import { gathering } from './gathering.ts';
import { renderReadings } from './vue-readings.ts';

export const mount: Mount = (host, { url, onMessage, onRender }) => {
  const App = defineComponent(() => {
    const { data } = useServerSentEvents(url, {
      ...gathering,
      onMessage: (message) => onMessage(message.data),
    });
    return () => {
      onRender();
      return renderReadings(data.value.at(-1), data.value.slice(-shownReadings));
    };
  });
  createApp(App).mount(host);
};
