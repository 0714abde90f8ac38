import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { createConnection } from 'sse-machine';
import { useServerSentEvents } from 'sse-machine/react';
import { createScriptedTransport } from 'sse-machine/testing';
import { useServerSentEvents as connectInVue } from 'sse-machine/vue';
import { createApp, h, watchEffect } from 'vue';
import { options, startEntries } from './entries.mjs';

const url = new URLSearchParams(location.search).get('stream');
const heard = {};
const hear = (who, text) => (heard[who] = text);
globalThis.heard = heard;

startEntries(url, hear);

function InReact() {
  const { status, data } = useServerSentEvents(url, options);
  hear('React', data);
  return createElement('p', null, `React: ${status}`);
}
createRoot(elementOfItsOwn()).render(createElement(InReact));

createApp({
  setup() {
    const { status, data } = connectInVue(url, options);
    watchEffect(() => hear('Vue', data.value));
    return () => h('p', `Vue: ${status.value}`);
  },
}).mount(elementOfItsOwn());

const scripted = createScriptedTransport();
createConnection('/scripted', { ...options, transport: scripted.transport }).on('greeting', ({ data }) =>
  hear('test kit', data),
);
scripted.accept().then(() => scripted.send({ event: 'greeting', data: 'hello' }));

function elementOfItsOwn() {
  return document.body.appendChild(document.createElement('div'));
}
