import { existsSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { entries as published } from '../../scripts/published.mjs';

export const root = join(import.meta.dirname, '../..');

/** The names that can be imported: `sse-machine`, `sse-machine/react` … */
export const entries = published.map(({ name }) => name);

/** The packages that have to be installed beside this one for all of its entries to work. */
export const peers = Object.keys({ ...packageJson.dependencies, ...packageJson.peerDependencies });

export function assertBuilt() {
  if (!existsSync(join(root, 'dist/index.js'))) {
    throw new Error('This test is about what would be published: run `npm run build` first.');
  }
}
