import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { documentation, read } from './documentation.ts';

const { examples, table } = documentation('docs/recipes.md');
const page = read('docs/recipes.md');
const recipes = examples.filter(([file]) => file.startsWith('examples/recipes/'));
const base = new URL('../../docs/', import.meta.url);

describe('the recipes', () => {
  test('show every example that there is', () => {
    const there = readdirSync(new URL('../examples/recipes', base))
      .filter((name) => !name.includes('.test.'))
      .map((name) => `examples/recipes/${name}`);
    const shown = new Set(recipes.map(([file]) => file));
    expect([...shown].sort()).toEqual(there.sort());
  });

  test.each(examples)('show %s as it is run', (file, text) => {
    expect(text).toBe(read(file));
  });

  test.each(recipes)('need at most 10 lines of code for %s', (_, text = '') => {
    const script = /<script[^>]*>([\s\S]*)<\/script>/.exec(text)?.[1] ?? text;
    const lines = script.split('\n').filter((line) => line.trim() !== '');
    expect(lines.filter((line) => !line.startsWith('import ')).length).toBeLessThanOrEqual(10);
  });

  test('lead to files and headings that there are', () => {
    const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, to = '']) => to);
    const headings = [...page.matchAll(/^## (.*)$/gm)].map(
      ([, title = '']) =>
        `#${title
          .toLowerCase()
          .replaceAll(/[^\w -]/g, '')
          .replaceAll(' ', '-')}`,
    );
    const within = links.filter((to) => to.startsWith('#'));
    expect([...new Set(within)].sort()).toEqual(headings.sort());
    const files = links.filter((to) => /^[.\w-]+(\.md|\/)/.test(to));
    expect(files).toEqual(expect.arrayContaining(['../examples/stores', 'tanstack-query.md']));
    expect(files.filter((to) => !existsSync(new URL(to, base)))).toEqual([]);
  });

  test('say what becomes of everything that `useEventSource` takes and returns', () => {
    const types = read('node_modules/@vueuse/core/dist/index.d.ts');
    const membersOf = (name: string) => {
      const [, body = ''] = new RegExp(`interface ${name}\\b[^{]*{([\\s\\S]*?)\\n}`).exec(types) ?? [];
      return [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, member = '']) => member);
    };
    const members = ['UseEventSourceOptions', 'UseEventSourceReturn'].flatMap(membersOf);
    expect(members.length).toBeGreaterThan(10);
    const told = table('vueuse').flatMap(([names = '']) => names.split(/, |[.:]/));
    expect(members.filter((member) => !told.includes(member))).toEqual([]);
  });
});
