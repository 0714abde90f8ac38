import { readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import peers from '../package.json' with { type: 'json' };
import { markdown, type Table } from './table.ts';

const page = join(import.meta.dirname, '../../docs/performance.md');

/** Puts tables into docs/performance.md, between the markers of their section, with the machine and the versions. */
export function writeSection(name: string, tables: readonly Table[], circumstances: string): void {
  const [begin, end] = [`<!-- measured: ${name} -->`, `<!-- /measured: ${name} -->`];
  const text = readFileSync(page, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no place for ${name}.`);
  const body = `\n\n${tables.map(markdown).join('\n')}\n${circumstances}\n\n`;
  writeFileSync(page, text.slice(0, from + begin.length) + body + text.slice(to));
}

/** The circumstances that the figures depend on besides the code. */
export function circumstances(): string {
  const [cpu] = cpus();
  const versions = Object.entries(peers.dependencies).map(([name, version]) => `${name} ${version}`);
  const machine = `${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${arch()}`;
  const date = new Date().toISOString().slice(0, 10);
  return `${date}. ${machine}. Node ${process.versions.node} (V8 ${process.versions.v8}, undici ${process.versions['undici']}), ${versions.join(', ')}.`;
}
