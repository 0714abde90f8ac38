import { createRoot } from 'react-dom/client';
import { useServerSentEvents } from '../../../adapters/react.ts';
import { type Feed, type Mount, shownReadings } from './feed.ts';
import { gathering } from './gathering.ts';
import { Readings } from './react-readings.tsx';

export const mount: Mount = (host, feed) => createRoot(host).render(<App {...feed} />);

function App({ url, onMessage, onRender }: Feed) {
  const { data } = useServerSentEvents(url, {
    ...gathering,
    onMessage: (message) => onMessage(message.data),
  });
  onRender();
  return <Readings last={data.at(-1)} recent={data.slice(-shownReadings)} />;
}
