import { createConnection } from 'sse-machine';

export async function stream(url: string, show: (text: string) => void, signal: AbortSignal): Promise<void> {
  try {
    const connection = createConnection<Record<string, string>>(url, {
      signal,
      maxRetries: 0,
      policy: { ended: 'stop' },
      parse: 'text',
    });
    connection.on('*', (event) => {
      show(event.data);
    });
    connection.actor.on('closed', () => {
      console.log('closed');
    });
    connection.actor.on('failure', ({ error: err }) => {
      console.error(err);
    });
    for await (const _ of connection) {} // until the stream has ended; throws if it has failed
  } catch (error) {
    console.error('failed', error);
  }
}
