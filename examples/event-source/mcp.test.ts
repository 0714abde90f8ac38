import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const here = (name: string) => join(import.meta.dirname, name);

/** The client as an app would bundle it, with a module of ours in place of the package, or without. */
async function bundled(alias: Record<string, string>): Promise<typeof import('./mcp.ts')> {
  const folder = await mkdtemp(join(tmpdir(), 'sse-machine-mcp-'));
  const { outputFiles } = await build({
    entryPoints: [here('mcp.ts')],
    alias,
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    // CommonJS dependencies ask for modules of Node by `require`.
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
  });
  const file = join(folder, 'client.mjs');
  await writeFile(file, outputFiles[0]?.contents ?? '');
  try {
    return await import(/* @vite-ignore */ pathToFileURL(file).href);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function startServer() {
  const transports = new Map<string, SSEServerTransport>();
  let failures = 0;

  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/messages') {
      await transports.get(searchParams.get('sessionId') ?? '')?.handlePostMessage(request, response);
    } else if (failures > 0) {
      failures -= 1;
      response.writeHead(500).end();
    } else {
      const transport = new SSEServerTransport('/messages', response);
      transports.set(transport.sessionId, transport);
      const mcp = new McpServer({ name: 'tools', version: '1.0.0' });
      mcp.registerTool('hello', { description: 'Says hello.' }, () => ({
        content: [{ type: 'text', text: `hello from session ${transports.size}` }],
      }));
      await mcp.connect(transport);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sse`,
    transports,
    deploy() {
      failures = 2;
      server.closeAllConnections();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("a client of MCP calls tools after a deploy, with the class in place of the package's", async () => {
  await using server = await startServer();
  const { connect } = await bundled({
    eventsource: here('eventsource.ts'),
    'sse-machine/event-source': here('../../event-source/index.ts'),
  });
  const client = await connect(server.url);
  const hello = async () => (await client.callTool({ name: 'hello' }))['content'];
  expect(await hello()).toEqual([{ type: 'text', text: 'hello from session 1' }]);
  const endpoint = () => String(Reflect.get(client.transport ?? {}, '_endpoint'));
  const before = endpoint();
  server.deploy();
  await expect.poll(endpoint).not.toBe(before);
  expect(await hello()).toEqual([{ type: 'text', text: 'hello from session 2' }]);
  await client.close();
});

test('with the package itself it does not: a 500 closes that for good', async () => {
  await using server = await startServer();
  const { connect } = await bundled({});
  const client = await connect(server.url);
  const codes: unknown[] = [];
  client.onerror = (error) => codes.push(Reflect.get(error, 'code'));
  server.deploy();
  await expect.poll(() => codes.at(-1)).toBe(500);
  expect(server.transports.size).toBe(1);
  await client.close();
});
