import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';

// Build it with the alias { eventsource: './eventsource.ts' }.
export async function connect(url: string): Promise<Client> {
  const client = new Client({ name: 'example', version: '1.0.0' });
  await client.connect(new SSEClientTransport(new URL(url)));
  return client;
}
