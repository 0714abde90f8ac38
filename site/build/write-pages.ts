import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expandPages } from './expand-pages.ts';
import { contentFolder, root } from './places.ts';

/** Writes every page of the site as one Markdown file, with what it includes. */
export function writePages(): void {
  for (const [path, text] of Object.entries(sitePages())) write(path, text);
  cpSync(join(root, 'site/public'), join(contentFolder, 'public'), { recursive: true });
  for (const folder of ['statechart', 'herd']) {
    cpSync(join(root, 'docs', folder), join(contentFolder, folder), { recursive: true });
  }
}

/** The pages by their path from the root of the site, such as `guide/tabs.md`. */
export function sitePages(): Record<string, string> {
  const files = globSync('**/*.md', { cwd: join(root, 'site/pages') }).sort();
  const own = files.map((file) => [file, readFileSync(join(root, 'site/pages', file), 'utf8')] as const);
  const decisions = globSync('*.md', { cwd: join(root, 'docs/decisions') })
    .sort()
    .map((file) => [
      `decisions/${file === 'README.md' ? 'index.md' : file}`,
      `<!-- page: docs/decisions/${file} -->\n`,
    ]);
  return expandPages(Object.fromEntries([...own, ...decisions]));
}

/** A file that says the same as before is left alone, so that the server does not load it again. */
function write(path: string, text: string): void {
  const file = join(contentFolder, path);
  try {
    if (readFileSync(file, 'utf8') === text) return;
  } catch {
    mkdirSync(dirname(file), { recursive: true });
  }
  writeFileSync(file, text);
}
