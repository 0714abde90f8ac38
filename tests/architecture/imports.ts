import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** An import of one file by another, or of a package. */
export interface Import {
  readonly from: string;
  /** A file of this repository by its path from the root, or the name of a package. */
  readonly to: string;
}

/** The sources in a folder, or that file. */
export function sourcesIn(place: string): string[] {
  if (place.endsWith('.ts')) return [place];
  return globSync(`${place}/**/*.{ts,tsx,vue}`, { cwd: root }).map((file) => file.replaceAll(sep, '/'));
}

/** The imports of a file, types too: `import`, `export … from` and `import()`. */
export function importsOf(from: string): Import[] {
  const code = readFileSync(join(root, from), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const specifiers = code.matchAll(/(?:^|[\s;(])(?:from|import)\s*\(?\s*'([\w@./:-]+)'/g);
  return [...specifiers].map(([, specifier = '']) => ({
    from,
    to: specifier.startsWith('.') ? posix.join(dirname(from), specifier) : specifier,
  }));
}

/** Every file that can be reached from some, these included. */
export function reachableFrom(files: readonly string[]): Set<string> {
  const reached = new Set<string>();
  const queue = [...files];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    queue.push(...importsOf(file).flatMap(({ to }) => (to.endsWith('.ts') ? [to] : [])));
  }
  return reached;
}

/** The room that a file is in: `machines`, `visualizations/chart`; the file itself at the top. */
export function roomOf(file: string): string {
  const [first = '', second = ''] = file.split('/');
  return first === 'visualizations' ? `${first}/${second}` : first;
}
