import { createRoot } from 'react-dom/client';
import { useServerSentEvents } from '../../../adapters/react.ts';
import { type Feed, type Mount, shownReadings } from './feed.ts';
import { Readings } from './react-readings.tsx';
import type { Reading } from './send-paced.ts';

export const mount: Mount = (host, feed) => createRoot(host).render(<App {...feed} />);

function App({ url, onMessage, onRender }: Feed) {
  const { data, history } = useServerSentEvents<{ message: Reading }>(url, {
    history: shownReadings,
    onMessage: (message) => onMessage(message.data),
  });
  onRender();
  return <Readings last={data} recent={history.map((message) => message.data)} />;
}
