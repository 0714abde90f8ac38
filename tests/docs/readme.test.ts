import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { optionTables } from '../../adapters/options.ts';
import { failurePolicy } from '../../machines/policy.ts';
import { documentation, read } from './documentation.ts';

const defaults = new Map(
  Object.values(optionTables)
    .flatMap((options) => Object.entries(options))
    .map(([name, option]) => [name, option.default] as const),
);
const own = 'adapters/options.ts';
const inTransports = (name: string) => `transports/${name}.ts`;

const readme = documentation('README.md');
const chart = documentation('docs/xstate.md');
const sharing = documentation('docs/sharing.md');
const { table } = documentation('docs/options.md');

describe('the README', () => {
  test('has an example for each of the four ways', () => {
    expect(readme.examples.map(([file]) => file)).toEqual([
      'examples/vanilla.ts',
      'examples/react.tsx',
      'examples/Notifications.vue',
      'examples/xstate.ts',
    ]);
  });

  test('is read in a few minutes', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(150);
  });

  test.each([...readme.examples, ...chart.examples, ...sharing.examples])(
    'and the pages beside it show %s as it is run',
    (file, text) => {
      expect(text).toBe(read(file));
    },
  );

  test('leads to pages and headings that are there', () => {
    const pages = [
      'README.md',
      ...readdirSync(new URL('../../docs', import.meta.url)).map((file) => `docs/${file}`),
    ];
    const links = pages
      .filter((page) => page.endsWith('.md'))
      .flatMap((page) =>
        [...read(page).matchAll(/\]\((?!https?:)([^)\s]*)\)/g)].map(([, to = '']) => [page, to] as const),
      );
    expect(links.length).toBeGreaterThan(50);
    expect(links.filter(([page, to]) => !isThere(page, to))).toEqual([]);
  });
});

describe('the pages of the behaviour and of the options', () => {
  test('give the verdicts that the code gives', () => {
    const verdicts = documentation('docs/behavior.md')
      .table('failurePolicy')
      .map(([cause, verdict]) => [cause, verdict]);
    expect(Object.fromEntries(verdicts)).toEqual(failurePolicy);
  });

  test('give the default of every option as the table of options has it', () => {
    const documented = Object.fromEntries(table('options').map(([name, value]) => [name, value]));
    for (const [name, standard] of defaults) {
      if (isPlain(standard)) expect([name, documented[name]]).toEqual([name, shown(standard)]);
    }
  });

  test('of the README quotes the figure that the study of herds has', () => {
    const [, quoted] = /\[([\d.]+ %)\]\(docs\/herd\.md\)/.exec(read('README.md')) ?? [];
    expect(quoted).toBeDefined();
    expect(read('docs/herd.md')).toContain(`and ${quoted} in the busiest 100 ms`);
  });

  test('name every option, and none that there is not', () => {
    const documented = table('options').flatMap(([names = '']) => names.split(', '));
    expect(documented.sort()).toEqual([...defaults.keys()].sort());
  });
});

describe('an example that reads tokens or lines', () => {
  const fences = [...read('docs/behavior.md').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  const inComments = ['actor-options', 'fetch', 'transport']
    .map(inTransports)
    .flatMap((file) => read(file).split('@example').slice(1))
    .map((text) => text.split('*/')[0] ?? '');
  const examples = [...fences, ...inComments].filter((code) => /answers|\[DONE\]|readLines/.test(code));

  test('is there beside the rules for a POST, and for each option that is made for it', () => {
    expect(examples).toHaveLength(4);
  });

  test.each(examples)("says `parse: 'text'`: %s", (code) => {
    expect(code).toContain("parse: 'text'");
  });
});

describe('the comment of an option', () => {
  const files = [
    'machines/settings.ts',
    ...['actor-options', 'fetch', 'event-source'].map(inTransports),
    own,
  ];

  test.each(files)('in %s gives the default that the option has', (file) => {
    const stated = [...read(file).matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s+(\w+)(?:: [a-z]|,)/g)].flatMap(
      ([, comment = '', name = '']) => {
        const [, value] = /@default (.*\S)/.exec(comment) ?? [];
        return value === undefined ? [] : [[name, value.replace(/(?<=\d)_(?=\d)/g, '')]];
      },
    );
    expect(stated.length).toBeGreaterThan(0);
    expect(stated).toEqual(stated.map(([name = '']) => [name, shown(defaults.get(name))]));
  });
});

/** Whether a link of a page leads to a file, and to a heading of it as GitHub names it. */
function isThere(page: string, link: string): boolean {
  const { pathname, hash } = new URL(link, `file:///${page}`);
  const file = link.startsWith('#') ? page : pathname.slice(1);
  if (!existsSync(new URL(`../../${file}`, import.meta.url))) return false;
  return hash === '' || anchorsOf(read(file)).includes(decodeURIComponent(hash.slice(1)));
}

function anchorsOf(text: string): string[] {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return [...headings, ...[...text.matchAll(/<a id="([^"]+)"/g)].map(([, id = '']) => id)];
}

function isPlain(value: unknown): boolean {
  return (
    value !== undefined && JSON.stringify(value) !== undefined && typeof Object(value).now !== 'function'
  );
}

function shown(value: unknown): string {
  return String(JSON.stringify(value)).replaceAll('"', "'");
}
