import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { startOrigin } from '../event-source/origin.ts';
import { createConsumer } from '../package/consumer.ts';
import type { App } from './targets/target.ts';

/** An app outside of this repository, with the cases in it, and a server. */
export async function createApp(): Promise<App & AsyncDisposable> {
  const { folder } = createConsumer();
  for (const [format, ending] of [
    ['esm', 'mjs'],
    ['cjs', 'cjs'],
  ] as const) {
    buildSync({
      entryPoints: [join(import.meta.dirname, 'conformance.ts')],
      bundle: true,
      format,
      target: 'es2022',
      outfile: join(folder, `conformance.${ending}`),
    });
  }
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies: { 'sse-machine': '*' } }),
  );
  const origin = await startOrigin();
  return {
    folder,
    origin: origin.url,
    async [Symbol.asyncDispose]() {
      await origin[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
