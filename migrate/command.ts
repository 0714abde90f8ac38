import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { diff } from './diff.ts';
import type { Remark } from './sites.ts';

/** An output of the command. */
interface Output {
  write(text: string): unknown;
}

const migrateHelp = `sse-machine migrate PATHS   rewrites uses of EventSource and fetchEventSource

It shows the changes, and writes them only with --write. It lists every use that it cannot rewrite, with the reason.
Paths are files or folders; node_modules, dist and folders that begin with a dot are left out.

  --write   writes the files
  --help    shows this

It needs ts-morph, which has to be installed: npm install --no-save ts-morph
`;

/**
 * Runs the command `sse-machine migrate`.
 *
 * @param words The arguments after `migrate`.
 * @returns The exit code: 0; 1 when something is left to do by hand; 2 when the arguments are invalid.
 */
export async function runMigrate(
  words: readonly string[],
  { stdout, stderr }: { readonly stdout: Output; readonly stderr: Output },
): Promise<0 | 1 | 2> {
  const wish = parse(words);
  if (typeof wish === 'string') {
    stderr.write(`${wish}\n\n${migrateHelp}`);
    return 2;
  }
  if (wish.help) {
    stdout.write(migrateHelp);
    return 0;
  }
  const files = wish.paths.flatMap(sourcesIn);
  const missing = files.find((file) => file.isMissing);
  if (missing) {
    stderr.write(`There is no ${missing.path}.\n`);
    return 2;
  }
  const migrateFile = await load();
  if (!migrateFile) {
    stderr.write('`sse-machine migrate` needs ts-morph: npm install --no-save ts-morph\n');
    return 2;
  }

  const counts = { rewritten: 0, replaced: 0, left: 0 };
  for (const { path } of files) {
    const before = readFileSync(path, 'utf8');
    if (!/EventSource/.test(before)) continue;
    const { text, remarks } = migrateFile(path, before);
    stdout.write(diff(path, before, text));
    for (const remark of remarks) {
      counts[remark.kind] += 1;
      stdout.write(`${path}:${remark.line}: ${told(remark)}\n`);
    }
    if (wish.write && text !== before) writeFileSync(path, text);
  }
  stdout.write(
    `\n${counts.rewritten} rewritten, ${counts.replaced} with another class, ${counts.left} left to you.\n`,
  );
  if (!wish.write && counts.rewritten + counts.replaced > 0)
    stdout.write('Nothing is written without --write.\n');
  return counts.left > 0 ? 1 : 0;
}

function told({ kind, words }: Remark): string {
  switch (kind) {
    case 'rewritten':
      return words === '' ? 'rewritten' : `rewritten; ${words}`;
    case 'replaced':
      return `another class in place of EventSource, because ${words}`;
    case 'left':
      return `left as it is: ${words}`;
  }
}

/** @returns The parsed arguments, or a sentence when they are invalid. */
function parse(words: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      options: { write: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    if (positionals.length === 0 && !values.help) return 'Give files or folders.';
    return { paths: positionals, write: values.write === true, help: values.help === true };
  } catch (error) {
    return error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error);
  }
}

interface Source {
  readonly path: string;
  readonly isMissing: boolean;
}

function sourcesIn(path: string): Source[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return [{ path, isMissing: true }];
  if (found.isFile()) return [{ path, isMissing: false }];
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && !['node_modules', 'dist'].includes(name))
    .filter((entry) => entry.isDirectory() || /\.([cm]?[jt]sx?|vue|svelte)$/.test(entry.name))
    .flatMap(({ name }) => sourcesIn(join(path, name)));
}

/** Loaded here, because TypeScript is large, and only this command needs it. */
async function load() {
  try {
    return (await import('./migrate-file.ts')).migrateFile;
  } catch (error) {
    if (Object(error).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
