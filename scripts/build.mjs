// Compiles what is published, into an empty `dist`, so that nothing of an older build is ever packed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commands, entries, nodeRooms } from './published.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
rmSync('dist', { recursive: true, force: true });
mkdirSync('.cache', { recursive: true });

// Compiled apart: the types of Node would let the other folders use names that no browser has.
const sources = [...entries, ...commands].map(({ source }) => source);
const isForNode = (source) => nodeRooms.some((room) => source.startsWith(`${room}/`));
const parts = {
  browsers: { files: sources.filter((source) => !isForNode(source)), types: [] },
  node: { files: sources.filter(isForNode), types: ['node'] },
};
for (const [name, { files, types }] of Object.entries(parts)) {
  const config = {
    extends: '../tsconfig.build.json',
    compilerOptions: { types },
    include: [],
    files: files.map((file) => `../${file}`),
  };
  writeFileSync(`.cache/tsconfig.${name}.json`, JSON.stringify(config));
  const { status } = spawnSync(`tsc -p .cache/tsconfig.${name}.json`, { stdio: 'inherit', shell: true });
  process.exitCode ||= status ?? 1;
}
