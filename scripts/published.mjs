// Lists what is published: the entries that package.json exports, its programs, and all that they import.
import { readFileSync } from 'node:fs';

/** package.json, for those who cannot import JSON yet. */
const packageJson = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** Every entry by the name that an app imports, and its source. */
export const entries = Object.entries(packageJson.exports)
  .filter(([path]) => path !== './package.json')
  .map(([path, { default: built }]) => ({
    name: path.replace('.', packageJson.name),
    source: sourceOf(built),
  }));

/** Every command by its name, and its source. */
export const commands = Object.entries(packageJson.bin).map(([name, built]) => ({
  name,
  source: sourceOf(built),
}));

/** The folders and files of source that npm packs. */
export const rooms = packageJson.files.filter((name) => !/dist|\.md$/.test(name));

/** The rooms that are for Node alone. */
export const nodeRooms = ['command', 'doctor', 'migrate'];

function sourceOf(built) {
  return built.replace(/^(\.\/)?dist\//, '').replace(/\.js$/, '.ts');
}
