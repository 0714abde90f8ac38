import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { type ServerSentEventsOptions, useServerSentEvents } from '../../../adapters/react.ts';
import type { Message } from '../../../index.ts';
import { transcriptOf } from '../reference.ts';
import { distinct, routesOf } from '../routes.ts';
import { runModel } from '../run.ts';
import { situations } from '../situations.ts';
import { linesOf, outOfReachOfHooks, readPanel } from './panel.ts';
import { browserTarget } from './scene.ts';

function Panel({ url, options }: { url: string; options: ServerSentEventsOptions }) {
  const [messages, setMessages] = useState('');
  const onMessage = (message: Message) => setMessages((all) => all + transcriptOf(message));
  const { open, close, reconnect, ...view } = useServerSentEvents(url, { ...options, onMessage });
  return (
    <>
      {Object.entries(linesOf(view, messages)).map(([name, value]) => (
        <div key={name}>{`${name}: ${value}`}</div>
      ))}
      {Object.entries({ open, close, reconnect }).map(([name, command]) => (
        <button key={name} type="button" onClick={command}>
          {name}
        </button>
      ))}
    </>
  );
}

const react = browserTarget({ name: 'useServerSentEvents, React, Chromium' }, (url, options) => {
  const host = document.body.appendChild(document.createElement('div'));
  const root = createRoot(host);
  root.render(
    <StrictMode>
      <Panel url={url} options={options} />
    </StrictMode>,
  );
  return {
    ...readPanel(host, options.clock),
    unmount() {
      root.unmount();
      host.remove();
    },
  };
});

runModel(react, distinct(routesOf(situations)), outOfReachOfHooks);
