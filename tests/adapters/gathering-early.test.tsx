import { renderToString as renderReact } from 'react-dom/server';
import { expect, test } from 'vitest';
import { createSSRApp, defineComponent, h } from 'vue';
import { renderToString as renderVue } from 'vue/server-renderer';
import * as react from '../../adapters/react.ts';
import * as vue from '../../adapters/vue.ts';
import { createConnection } from '../../index.ts';

const gathering = {
  initial: [] as readonly string[],
  reduce: (all: readonly string[], { data }: { data: unknown }) => [...all, String(data)],
  select: ({ status, data }: { status: string; data: readonly string[] }) => `${status} ${data.length}`,
};
const { select: _, ...unchosen } = gathering;
const shown = '<p>closed 0, connecting 0, closed 0, closed 0</p>';

const elsewhere = () => createConnection('/events', { immediate: false });

test('React shows what `reduce` begins with as long as there is no URL and no connection, and on a server', () => {
  function Page() {
    const { status, data } = react.useServerSentEvents(null, unchosen);
    const chosen = [
      react.useConnection(elsewhere(), gathering),
      react.useConnection(null, gathering),
      react.useServerSentEvents(undefined, gathering),
    ];
    return <p>{[`${status} ${data.length}`, ...chosen.map(({ selected }) => selected)].join(', ')}</p>;
  }
  expect(renderReact(<Page />)).toBe(shown);
});

test('Vue shows what `reduce` begins with as long as there is no URL and no connection, and on a server', async () => {
  const Page = defineComponent(() => {
    const { status, data } = vue.useServerSentEvents(null, unchosen);
    const chosen = [
      vue.useConnection(elsewhere(), gathering),
      vue.useConnection(null, gathering),
      vue.useServerSentEvents(undefined, gathering),
    ];
    return () =>
      h(
        'p',
        [`${status.value} ${data.value.length}`, ...chosen.map(({ selected }) => selected.value)].join(', '),
      );
  });
  expect(await renderVue(createSSRApp(Page))).toBe(shown);
});
