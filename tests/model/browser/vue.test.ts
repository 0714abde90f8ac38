import { createApp, h, reactive, ref } from 'vue';
import { useServerSentEvents } from '../../../adapters/vue.ts';
import type { Message } from '../../../index.ts';
import { engine } from '../../support/browsers/engine.ts';
import { transcriptOf } from '../reference.ts';
import { distinct, routesOf } from '../routes.ts';
import { runModel } from '../run.ts';
import { situations } from '../situations.ts';
import { addressOf, linesOf, outOfReachOfHooks, readPanel, unknownToHooks } from './panel.ts';
import { browserTarget } from './scene.ts';

const target = { name: `useServerSentEvents, Vue, ${engine}`, without: unknownToHooks };

const vue = browserTarget(target, (url, options) => {
  const host = document.body.appendChild(document.createElement('div'));
  const app = createApp({
    setup() {
      const messages = ref('');
      const onMessage = (message: Message) => {
        messages.value += transcriptOf(message);
      };
      const whereabouts = reactive({ isAway: false, moves: 0 });
      const address = () => addressOf(url, whereabouts);
      const { open, close, reconnect, ...refs } = useServerSentEvents(address, { ...options, onMessage });
      const commands = {
        open,
        close,
        reconnect,
        leave: () => {
          whereabouts.isAway = true;
        },
        return: () => {
          whereabouts.isAway = false;
        },
        move: () => {
          whereabouts.moves += 1;
        },
      };
      const view = reactive(refs);
      return () => [
        Object.entries(linesOf(view, messages.value)).map(([name, value]) => h('div', `${name}: ${value}`)),
        Object.entries(commands).map(([name, command]) => h('button', { onClick: () => command() }, name)),
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

runModel(vue, distinct(routesOf(situations, unknownToHooks)), outOfReachOfHooks);
