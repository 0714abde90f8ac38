import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import vue from '@vitejs/plugin-vue';
import { createServer } from 'vite';
import { entries } from '../../scripts/published.mjs';
import { freePort } from './ports.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the dev server of Vite with an app that consists of these files. */
export async function startDevServer(files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'sse-machine-app-'));
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  for (const [name, text] of Object.entries(files)) await write(name, text);

  const server = await createServer({
    root: folder,
    configFile: false,
    logLevel: 'error',
    cacheDir: join(folder, '.vite'),
    plugins: [react(), vue()],
    // Nobody watches the files: `save` tells of what is changed, once.
    server: { port: await freePort(), host: '127.0.0.1', fs: { strict: false }, watch: null },
    resolve: {
      alias: [
        ...entries.map(({ name, source }) => ({
          find: new RegExp(`^${name}$`),
          replacement: join(root, source),
        })),
        ...['react', 'react-dom', 'vue', 'xstate', 'eventsource-parser'].map((name) => ({
          find: new RegExp(`^${name}(?=$|/)`),
          replacement: join(root, 'node_modules', name),
        })),
      ],
    },
    // A dependency that is found late reloads the page.
    optimizeDeps: { noDiscovery: true, include: peers },
  });
  await server.listen();

  return {
    origin: server.resolvedUrls?.local[0] ?? '',
    /** Saves a file, as an editor does. */
    async save(name: string, text: string): Promise<void> {
      await write(name, text);
      server.watcher.emit('change', join(folder, name));
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}

const peers = [
  'react',
  'react-dom/client',
  'react/jsx-dev-runtime',
  'vue',
  'xstate',
  'eventsource-parser',
  'eventsource-parser/stream',
];
