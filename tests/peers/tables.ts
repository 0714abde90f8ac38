import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../package/built.ts';
import { type PeerName, peerNames, peerOf } from './peers.ts';
import type { Cell, Results } from './results.ts';
import { groups, type Row, rows } from './rows.ts';

/** The page whose tables are written, and the table that the README includes. */
export const pageFile = 'docs/compare.md';
export const readmeTableFile = 'docs/compare/readme-table.md';

/** Puts the results into the page, and writes the table for the README. */
export async function writePages(results: Results): Promise<void> {
  const page = join(root, pageFile);
  await writeFile(page, withTables(await readFile(page, 'utf8'), results));
  await writeFile(join(root, readmeTableFile), readmeTable(results));
}

/** The page with these results: what stands between its marks is replaced. */
export function withTables(page: string, results: Results): string {
  return page.replace(
    /(<!-- drawn: compare -->\n)[\s\S]*(<!-- \/drawn: compare -->)/,
    (_, begin: string, end: string) => `${begin}\n${tables(results)}\n\n${end}`,
  );
}

function tables(results: Results): string {
  const answers = Object.entries(groups).map(([group, members]) =>
    [`### ${group}`, ...table((Object.keys(members) as Row[]).map((row) => answersOf(row, results)))].join(
      '\n',
    ),
  );
  const costs = [
    '### Which versions, and what they cost',
    ...table([versions(results), sizes(results), packages(results)]),
  ].join('\n');
  return [...answers, costs].join('\n\n').replaceAll(/^(### .*)$/gm, '$1\n');
}

function table(lines: readonly (readonly string[])[]): string[] {
  const heads = peerNames.map((name) => (name === 'ours' ? `**${peerOf(name).name}**` : peerOf(name).name));
  return [['', ...heads], ['', ...heads].map(() => '---'), ...lines].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
}

function answersOf(row: Row, { cells }: Results): string[] {
  return [rows[row], ...peerNames.map((name) => words(cells[name][row]))];
}

function words(cell: Cell | undefined): string {
  if (!cell) return '';
  const { answer, by = '', figure = '' } = cell;
  const said = { yes: 'yes', no: 'no', none: '–', option: `with ${by}` }[answer];
  return figure ? `${said} (${figure})` : said;
}

function versions({ chromium, versions }: Results): string[] {
  return ['version', ...peerNames.map((name) => versions[name] ?? `Chromium ${chromium}`)];
}

function sizes({ costs }: Results): string[] {
  const kilobytes = (bytes: number) => (bytes > 0 ? `${(bytes / 1_000).toFixed(1)} kB` : 'none');
  return ['minified and gzipped', ...peerNames.map((name) => kilobytes(costs[name].gzip))];
}

function packages({ costs }: Results): string[] {
  const count = (name: PeerName) => String(costs[name].packages);
  return ['packages that npm installs, itself among them', ...peerNames.map(count)];
}

const readmeRows: readonly Row[] = [
  'verdicts',
  'retryAfter',
  'spread',
  'silence',
  'replays',
  'postOnce',
  'post',
  'tabs',
  'saysWhy',
];

const shortNames: Readonly<Record<PeerName, string>> = {
  ours: '**ours**',
  browser: '`EventSource`',
  microsoft: 'fetch-event-source',
  eventsource: 'eventsource',
  eventsourceClient: 'eventsource-client',
  vueuse: 'VueUse',
  reconnecting: 'reconnecting-eventsource',
  trpc: 'tRPC',
  tanstackAi: 'TanStack AI',
};

const shortRows: Partial<Record<Row, string>> = {
  verdicts: 'comes back after a 500, stops at a 403',
  spread: 'does not come back in a herd',
};

const signs = { yes: 'yes', no: 'no', none: '–', option: 'option' };

/** A choice of the rows, in words that fit. */
export function readmeTable(results: Results): string {
  const lines = [
    ['', ...peerNames.map((name) => shortNames[name])],
    ['', ...peerNames].map(() => '---'),
    ...readmeRows.map((row) => [
      shortRows[row] ?? rows[row],
      ...peerNames.map((name) => signs[results.cells[name][row]?.answer ?? 'none']),
    ]),
    sizes(results),
  ];
  return `${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}
