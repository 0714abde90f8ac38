import { StrictMode, useState } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { type ServerSentEventsOptions, useServerSentEvents } from '../../../adapters/react.ts';
import type { Message } from '../../../index.ts';
import { engine } from '../../support/browsers/engine.ts';
import { transcriptOf } from '../reference.ts';
import { distinct, routesOf } from '../routes.ts';
import { runModel } from '../run.ts';
import { situations } from '../situations.ts';
import { addressOf, linesOf, outOfReachOfHooks, readPanel, unknownToHooks } from './panel.ts';
import { browserTarget } from './scene.ts';

function Panel({ url, options }: { url: string; options: ServerSentEventsOptions }) {
  const [messages, setMessages] = useState('');
  const [whereabouts, setWhereabouts] = useState({ isAway: false, moves: 0 });
  const onMessage = (message: Message) => setMessages((all) => all + transcriptOf(message));
  const { open, close, reconnect, ...view } = useServerSentEvents(addressOf(url, whereabouts), {
    ...options,
    onMessage,
  });
  const commands = {
    open,
    close,
    reconnect,
    leave: () => setWhereabouts((now) => ({ ...now, isAway: true })),
    return: () => setWhereabouts((now) => ({ ...now, isAway: false })),
    move: () => setWhereabouts((now) => ({ ...now, moves: now.moves + 1 })),
  };
  return (
    <>
      {Object.entries(linesOf(view, messages)).map(([name, value]) => (
        <div key={name}>{`${name}: ${value}`}</div>
      ))}
      {Object.entries(commands).map(([name, command]) => (
        <button key={name} type="button" onClick={() => command()}>
          {name}
        </button>
      ))}
    </>
  );
}

const target = { name: `useServerSentEvents, React, ${engine}`, without: unknownToHooks };

const react = browserTarget(target, (url, options) => {
  const host = document.body.appendChild(document.createElement('div'));
  const root = createRoot(host);
  // With its effects: who opens a connection before Strict Mode has mounted twice opens it twice.
  flushSync(() =>
    root.render(
      <StrictMode>
        <Panel url={url} options={options} />
      </StrictMode>,
    ),
  );
  return {
    ...readPanel(host, options.clock),
    unmount() {
      root.unmount();
      host.remove();
    },
  };
});

runModel(react, distinct(routesOf(situations, unknownToHooks)), outOfReachOfHooks);
