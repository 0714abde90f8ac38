import { createApp, h, reactive, ref } from 'vue';
import { useServerSentEvents } from '../../../adapters/vue.ts';
import type { Message } from '../../../index.ts';
import { transcriptOf } from '../reference.ts';
import { distinct, routesOf } from '../routes.ts';
import { runModel } from '../run.ts';
import { situations } from '../situations.ts';
import { linesOf, outOfReachOfHooks, readPanel } from './panel.ts';
import { browserTarget } from './scene.ts';

const vue = browserTarget({ name: 'useServerSentEvents, Vue, Chromium' }, (url, options) => {
  const host = document.body.appendChild(document.createElement('div'));
  const app = createApp({
    setup() {
      const messages = ref('');
      const onMessage = (message: Message) => {
        messages.value += transcriptOf(message);
      };
      const { open, close, reconnect, ...refs } = useServerSentEvents(url, { ...options, onMessage });
      const view = reactive(refs);
      return () => [
        Object.entries(linesOf(view, messages.value)).map(([name, value]) => h('div', `${name}: ${value}`)),
        Object.entries({ open, close, reconnect }).map(([name, onClick]) => h('button', { onClick }, name)),
      ];
    },
  });
  app.mount(host);
  return {
    ...readPanel(host, options.clock),
    unmount() {
      app.unmount();
      host.remove();
    },
  };
});

runModel(vue, distinct(routesOf(situations)), outOfReachOfHooks);
