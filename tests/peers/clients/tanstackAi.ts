import { fetchServerSentEvents } from '@tanstack/ai-client';
import type { App, Open } from '../client.ts';

export const open: Open = ({ url, headers, body, withOption }, app) => {
  const chunks = fetchServerSentEvents(url, {
    ...(headers && { headers }),
    ...(body && { body: { text: body } }),
    ...(withOption && { reconnect: { maxAttempts: 1_000 } }),
  }).connect([]);
  read(chunks, app).catch((error: unknown) => app.failed(error));
};

/** Its chunks have no name but the one in their data. */
async function read(chunks: AsyncIterable<object>, app: App): Promise<void> {
  for await (const chunk of chunks) app.heard('message', JSON.stringify(chunk));
}
