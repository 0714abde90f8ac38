// Lists what is published: the entries that package.json exports, and all that they import.
import { readFileSync } from 'node:fs';

/** package.json, for those who cannot import JSON yet. */
const packageJson = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** Every entry by the name that an app imports, and its source. */
export const entries = Object.entries(packageJson.exports)
  .filter(([path]) => path !== './package.json')
  .map(([path, { default: built }]) => ({
    name: path.replace('.', packageJson.name),
    source: built.replace('./dist/', '').replace(/\.js$/, '.ts'),
  }));

/** The folders and files of source that npm packs. */
export const rooms = packageJson.files.filter((name) => !/dist|\.md$/.test(name));
