import { createConnection } from 'sse-machine';
import { useState } from 'react';

export function Chat({ question, token }: { question: string; token: string }) {
  const [answer, setAnswer] = useState('');

  async function ask() {
    setAnswer('');
    const controller = new AbortController();
    const connection = createConnection<Record<string, string>>('/api/chat', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({ question }),
      signal: controller.signal,
      policy: { ended: 'stop' },
      parse: 'text',
    });
    connection.on('*', (event) => {
      if (event.data === '[DONE]') return;
      try {
        setAnswer((text) => text + JSON.parse(event.data).text);
      } catch {
        setAnswer((text) => text + event.data);
      }
    });
    for await (const _ of connection) {} // until the stream has ended; throws if it has failed
  }

  return <button onClick={ask}>{answer || 'Ask'}</button>;
}
