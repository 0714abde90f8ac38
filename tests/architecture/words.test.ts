import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

const sources = globSync('**/*.{ts,tsx,vue,mjs}', {
  cwd: root,
  exclude: (path) => /(^|\/)(node_modules|dist|\.[^/]+)$/.test(path),
});

test('a comment says what a thing is or does, and begins with it', () => {
  const vague = sources.flatMap((file) => {
    const begins = /^\s*(?:\/\/|\/\*\*(?:\n\s*\*)?) What(?:ever)?\b.*/gm;
    return [...readFileSync(join(root, file), 'utf8').matchAll(begins)].map(
      ([line]) => `${file}: ${line.trim()}`,
    );
  });
  expect(sources.length).toBeGreaterThan(500);
  expect(vague).toEqual([]);
});
