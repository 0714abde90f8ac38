import { existsSync, readFileSync, statSync } from 'node:fs';
import { extname, join, posix } from 'node:path';
import { repository, root } from './places.ts';

/** Where a page or a section of the repository stands on the site: `docs/tabs.md` in `guide/tabs.md`. */
type Homes = ReadonlyMap<string, string>;

const directive = /^<!-- (page|section|example): ([^#\n]+?)(?:#(.+))? -->\n(?!```)/gm;

/**
 * Puts into pages what they name, and leads every link to where its target stands on the site, else to the repository:
 * `<!-- page: docs/tabs.md -->`, `<!-- section: docs/behavior.md#When an attempt fails -->`, `<!-- example: examples/vanilla.ts -->`.
 *
 * @throws Error when something that is named or linked to is not there.
 */
export function expandPages(pages: Readonly<Record<string, string>>): Record<string, string> {
  const homes = homesOf(pages);
  return Object.fromEntries(
    Object.entries(pages).map(([path, text]) => [path, expand(text, { path, homes }).replace(/^\n+/, '')]),
  );
}

function homesOf(pages: Readonly<Record<string, string>>): Homes {
  const homes = new Map<string, string>();
  for (const [path, text] of Object.entries(pages)) {
    homes.set(`site/pages/${path}`, path);
    for (const [, kind, file = '', heading = ''] of text.matchAll(directive)) {
      if (kind === 'page') homes.set(file, path);
      if (kind !== 'section') continue;
      for (const [, inner = ''] of section(file, heading).matchAll(/^#+ (.+)$/gm)) {
        homes.set(`${file}#${slug(inner)}`, `${path}#${slug(inner)}`);
      }
    }
  }
  return homes;
}

interface Place {
  readonly path: string;
  readonly homes: Homes;
}

function expand(text: string, place: Place): string {
  const parts = text.split(directive);
  // `split` gives the text between directives, and the three groups of each.
  const expanded = [withLinks(parts[0] ?? '', `site/pages/${place.path}`, place)];
  for (let index = 1; index < parts.length; index += 4) {
    const [kind, file = '', heading = '', after = ''] = parts.slice(index, index + 4);
    if (kind === 'example') expanded.push(fence(file));
    else
      expanded.push(withLinks(kind === 'page' ? page(file, heading) : section(file, heading), file, place));
    expanded.push(withLinks(after, `site/pages/${place.path}`, place));
  }
  return expanded.join('');
}

/** An example as it stands in its file. */
function fence(file: string): string {
  const named = file.replace(/\.txt$/, '').replace(/\.mjs$/, '.js');
  const [, label = posix.basename(named)] = /\.(before|after)\./.exec(named) ?? [];
  return `\`\`\`${extname(named).slice(1)} [${label}]\n${read(file).trimEnd()}\n\`\`\`\n`;
}

/** A page, or only what is below its title, as in `docs/llm.md#body`. */
function page(file: string, part: string): string {
  return part === 'body' ? read(file).replace(/^# .+\n/, '') : read(file);
}

/** A heading and all that is below it, up to the next one of its rank. */
function section(file: string, heading: string): string {
  const text = read(file);
  const start = new RegExp(`^(#+) ${heading.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`, 'm').exec(text);
  if (!start) throw new Error(`${file} has no heading "${heading}".`);
  const [line, rank = ''] = start;
  const rest = text.slice(start.index + line.length);
  const end = new RegExp(`^#{1,${rank.length}} `, 'm').exec(withoutFences(rest));
  return `${line}${rest.slice(0, end?.index)}`;
}

/** In a fence a line may begin with `#` too. */
function withoutFences(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```/gm, (code) => code.replaceAll('#', ' '));
}

/** Links and pictures that are relative to a file of the repository, as links of the page. */
function withLinks(text: string, from: string, { path, homes }: Place): string {
  const parts = withoutPictures(text).split(/(^```[\s\S]*?^```|`[^`\n]+`)/m);
  return parts
    .map((part, index) => {
      if (index % 2 === 1) return part;
      return part
        .replaceAll(/\]\(\s*([^)\s]+)\)/g, (_, target: string) => `](${linkTo(target, from, path, homes)})`)
        .replaceAll(
          /(src)="([^"]+)"/g,
          (_, name: string, target: string) => `${name}="${linkTo(target, from, path, homes)}"`,
        );
    })
    .join('');
}

/** A `<picture>` follows the colours of the system; here a person may have chosen others. */
function withoutPictures(text: string): string {
  return text.replaceAll(
    /<picture>\s*<source [^>]*srcset="([^"]+)">\s*<img src="([^"]+)" ([^>]*)>\s*<\/picture>/g,
    (_, dark: string, light: string, rest: string) =>
      `<img class="only-light" src="${light}" ${rest}><img class="only-dark" src="${dark}" ${rest}>`,
  );
}

function linkTo(target: string, from: string, path: string, homes: Homes): string {
  if (/^[a-z]+:/.test(target)) return target;
  const [file = '', anchor] = target.split('#');
  const hash = anchor === undefined ? '' : `#${anchor}`;
  if (file.startsWith('/')) return relativeTo(path, `${file.slice(1)}${hash}`);
  const named = file === '' ? from : posix.join(posix.dirname(from), file);
  const home =
    homes.get(`${named}${hash}`) ??
    (homes.has(named) ? `${homes.get(named)}${hash}` : undefined) ??
    homes.get(`${named.replace(/\/$/, '')}/README.md`);
  if (home !== undefined)
    return home.startsWith(`${path}#`) ? home.slice(path.length) : relativeTo(path, home);
  if (file === '') return target;
  const drawn = /^docs\/(statechart|herd)\/.+\.svg$/.exec(named);
  if (drawn) return relativeTo(path, named.slice('docs/'.length));
  const place = join(root, named);
  if (!existsSync(place)) throw new Error(`${from} links to ${target}, which is not there.`);
  return `${repository}/${statSync(place).isDirectory() ? 'tree' : 'blob'}/main/${named.replace(/\/$/, '')}${hash}`;
}

function relativeTo(path: string, target: string): string {
  const [file = '', hash] = target.split('#');
  const way = posix.relative(posix.dirname(path), file) || posix.basename(path);
  return `${way.startsWith('.') ? way : `./${way}`}${hash === undefined ? '' : `#${hash}`}`;
}

/** The anchor that VitePress makes of a heading, for the headings that there are. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
    .trim()
    .replaceAll(/\s+/g, '-');
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
