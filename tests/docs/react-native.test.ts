import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { documentation, read } from './documentation.ts';

const { examples } = documentation('docs/react-native.md');

test.each(examples)('the page on React Native shows %s as it is run', (file, text) => {
  expect(text).toBe(read(file));
});

test('it leads to files that there are, and the README to it', () => {
  const links = [...read('docs/react-native.md').matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, to = '']) => to);
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((to) => !existsSync(new URL(`../../docs/${to}`, import.meta.url)))).toEqual([]);
  expect(read('README.md')).toContain('](docs/react-native.md)');
});
