import { createConnection } from 'sse-machine';
import type { EventSourceMessage } from '@microsoft/fetch-event-source';

function handle(message: EventSourceMessage): void {
  console.log(message.event, message.data);
}

export async function listen(host: string, signal: AbortSignal): Promise<void> {
  const connection = createConnection<Record<string, string>>(`${host}/system/events`, {
    signal,
    pauseWhenHidden: true,
    policy: { ended: 'stop' },
    parse: 'text',
  });
  connection.on('*', handle);
  for await (const _ of connection) {} // until the stream has ended; throws if it has failed
}
