import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fillIn } from '../compatibility/page.ts';
import { readResults } from '../compatibility/results.ts';
import { read } from './documentation.ts';

const page = read('docs/compatibility.md');
const results = readResults();

test('the table of compatibility says what the runs have left', () => {
  expect(results.length).toBeGreaterThan(10);
  expect(fillIn(page, results)).toBe(page);
});

test('and another result is another table', () => {
  const [first, ...others] = results;
  expect(first && fillIn(page, [{ ...first, passed: first.passed - 1 }, ...others])).not.toBe(page);
});

test('no cell of it is red', () => {
  expect(results.filter(({ failed, passed }) => failed > 0 || passed === 0)).toEqual([]);
});

test('each of the things that are not possible somewhere has its reason', () => {
  const limits = results.flatMap(({ notPossible }) => notPossible);
  expect(limits.filter(({ name, reason }) => !name || !/\.$/.test(reason))).toEqual([]);
});

test('the README leads to it, and it leads to files that there are', () => {
  expect(read('README.md')).toContain('](docs/compatibility.md)');
  const files = [...page.matchAll(/\]\((?!https:)([^)]+)\)/g)].map(([, to = '']) => to);
  expect(files.filter((to) => !existsSync(new URL(`../../docs/${to}`, import.meta.url)))).toEqual([]);
});
