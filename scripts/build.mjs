// Compiles what is published, into an empty `dist`, so that nothing of an older build is ever packed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { entries } from './published.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
rmSync('dist', { recursive: true, force: true });
mkdirSync('.cache', { recursive: true });
const files = entries.map(({ source }) => `../${source}`);
const config = { extends: '../tsconfig.build.json', include: [], files };
writeFileSync('.cache/tsconfig.json', JSON.stringify(config));
const { status } = spawnSync('tsc -p .cache/tsconfig.json', { stdio: 'inherit', shell: true });
process.exitCode = status ?? 1;
