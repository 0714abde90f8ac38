import { readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import peers from '../package.json' with { type: 'json' };
import { markdown, type Table } from './table.ts';

/** Puts tables into a page, between the markers of their section, with the machine and the versions. */
export function writeSection(
  name: string,
  tables: readonly Table[],
  circumstances: string,
  pageName = 'docs/performance.md',
): void {
  const page = join(import.meta.dirname, '../..', pageName);
  const [begin, end] = [`<!-- measured: ${name} -->`, `<!-- /measured: ${name} -->`];
  const text = readFileSync(page, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${pageName} has no place for ${name}.`);
  const body = `\n\n${tables.map(markdown).join('\n')}\n${circumstances}\n\n`;
  writeFileSync(page, text.slice(0, from + begin.length) + body + text.slice(to));
}

/** The circumstances that the figures depend on besides the code. */
export function circumstances(): string {
  const versions = Object.entries(peers.dependencies).map(([name, version]) => `${name} ${version}`);
  return `${machine()} (V8 ${process.versions.v8}, undici ${process.versions['undici']}), ${versions.join(', ')}.`;
}

/** The date, the machine and its Node. */
export function machine(): string {
  const [cpu] = cpus();
  const parts = `${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${arch()}`;
  return `${new Date().toISOString().slice(0, 10)}. ${parts}. Node ${process.versions.node}`;
}
