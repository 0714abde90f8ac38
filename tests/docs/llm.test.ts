import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { documentation, read } from './documentation.ts';

const { examples } = documentation('docs/llm.md');
const page = read('docs/llm.md');

describe('the guide to answers of a model', () => {
  test('has an example for React, for Vue, and of a reducer', () => {
    expect(examples.map(([file]) => file)).toEqual([
      'examples/llm/react/shortest.tsx',
      'examples/llm/vue/Shortest.vue',
      'examples/llm/reducers/ai-sdk.ts',
    ]);
  });

  test.each(examples)('shows %s as it is run', (file, text) => {
    expect(text).toBe(read(file));
  });

  test('names every reducer', () => {
    const named = [...page.matchAll(/examples\/llm\/reducers\/([\w-]+\.ts)\)/g)].map(([, name]) => name);
    const reducers = readdirSync(new URL('../../examples/llm/reducers', import.meta.url)).filter(
      (name) => !/test|fixtures/.test(name),
    );
    expect(named.sort()).toEqual(reducers.sort());
  });

  test('links to files that are there', () => {
    for (const [, file = ''] of page.matchAll(/\]\(\.\.\/([^)]+\.\w+)\)/g)) expect(read(file)).toBeTruthy();
  });
});
