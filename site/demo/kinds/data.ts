import { number, object, pipe, string, toUpperCase } from 'valibot';
import { createApp, defineComponent, h, shallowRef } from 'vue';
import { useServerSentEvents } from '../../../adapters/vue.ts';
import { statusWords } from '../../../visualizations/viewer/text/labels.ts';
import { createPageServer, type TransportServer } from '../page-server.ts';
import { type Parts, startDemo } from '../parts.ts';
import { quick, scenarios } from '../scenarios.ts';
import { serverActs } from '../server-acts.ts';

const events = { price: object({ symbol: pipe(string(), toUpperCase()), cents: number() }) };
const symbols = ['acme', 'globex', 'initech'];

/** A component of Vue: what comes is checked by a schema and gathered by `reduce`. */
export function createDemo(root: ShadowRoot): () => void {
  return startDemo(root, (parts) => {
    const { html, say, log } = parts;
    const server = createPageServer(say);
    const host = html('div', { class: 'user' });
    let turn = 0;
    parts.every(700, () => {
      turn += 1;
      server.send('price', {
        symbol: symbols[turn % symbols.length],
        cents: 1_000 + Math.floor(Math.random() * 900),
      });
    });
    parts.show(
      'Prices, checked and gathered',
      'Send what the schema refuses: it is counted and told, and nothing breaks. Restart the server: what was gathered stays.',
      parts.buttons('The server', {
        'Send a price that is no number': () => server.send('price', { symbol: 'acme', cents: 'many' }),
        'Send an event nobody named': () => server.send('weather', 'rain'),
        ...serverActs(parts, server, scenarios.restart.faults),
      }),
      host,
      log,
    );
    const app = createApp(pricesOf(server, say));
    app.mount(host);
    parts.onEnd(() => app.unmount());
  });
}

function pricesOf({ transport }: TransportServer, say: Parts['say']) {
  return defineComponent(function Prices() {
    const refused = shallowRef(0);
    const refuse = (words: string) => {
      refused.value += 1;
      say(words);
    };
    const { data, status, clear } = useServerSentEvents('/api/events', {
      ...quick,
      transport,
      events,
      unknownEvents: 'report',
      initial: new Map<string, number>(),
      reduce: (prices, { data }) => new Map(prices).set(data.symbol, data.cents),
      onInvalid: ({ message, issues }) => refuse(`onInvalid: ${message} ${issues[0]?.message ?? ''}`),
    });
    return () => [
      h('p', { class: 'head' }, [
        h(
          'strong',
          { class: 'badge', role: 'status', 'aria-label': 'Status', 'data-status': status.value },
          statusWords[status.value],
        ),
        ` ${refused.value} left out`,
      ]),
      h(
        'dl',
        [...data.value].map(([symbol, cents]) =>
          h('div', { key: symbol }, [h('dt', symbol), h('dd', (cents / 100).toFixed(2))]),
        ),
      ),
      h('div', { class: 'buttons' }, h('button', { type: 'button', onClick: clear }, 'clear()')),
    ];
  });
}
