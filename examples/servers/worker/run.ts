import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import config from './wrangler.json' with { type: 'json' };

// Runs the worker on this machine, in Cloudflare's own runtime. `npx wrangler dev` does the same, and more.
const port = Number(process.env['PORT'] ?? 8080);
const {
  KEEP_ALIVE = '15000',
  STREAMS_PER_USER = '6',
  ALLOWED_ORIGIN = 'http://localhost:5173',
} = process.env;

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL(config.main, import.meta.url))],
  bundle: true,
  format: 'esm',
  write: false,
});

const [binding] = config.durable_objects.bindings;
const miniflare = new Miniflare({
  modules: true,
  script: outputFiles[0]?.text ?? '',
  port,
  compatibilityDate: config.compatibility_date,
  compatibilityFlags: config.compatibility_flags,
  durableObjects: { EVENTS: { className: binding?.class_name ?? '', useSQLite: true } },
  durableObjectsPersist: process.env['EVENTS_DB'] ?? '.wrangler/state',
  bindings: { KEEP_ALIVE, STREAMS_PER_USER, ALLOWED_ORIGIN },
});

await miniflare.ready;
console.log(`http://localhost:${port}/events`);
process.once('SIGTERM', () => void miniflare.dispose());
