import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { type Feed, type Mount, shownReadings } from './feed.ts';
import { Readings } from './react-readings.tsx';
import type { Reading } from './send-paced.ts';

export const mount: Mount = (host, feed) => createRoot(host).render(<App {...feed} />);

function App({ url, onMessage, onRender }: Feed) {
  const { data, history } = useEventSource(url, onMessage);
  onRender();
  return <Readings last={data} recent={history} />;
}

/** The hook that tutorials teach: a native `EventSource` in an effect, and a `setState` for each message. */
function useEventSource(url: string, onMessage: (reading: Reading) => void) {
  const [data, setData] = useState<Reading>();
  const [history, setHistory] = useState<readonly Reading[]>([]);

  useEffect(() => {
    const source = new EventSource(url);
    source.onmessage = (event) => {
      const reading: Reading = JSON.parse(event.data);
      setData(reading);
      setHistory((before) => [...before, reading].slice(-shownReadings));
      onMessage(reading);
    };
    return () => source.close();
  }, [url, onMessage]);

  return { data, history };
}
