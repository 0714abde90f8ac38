import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import packageJson from '../../examples/servers/package.json' with { type: 'json' };
import { answers, cluster, servers } from './servers.ts';
import { traps } from './traps.ts';

const { scripts } = packageJson;
const { certificate: _, ...programs } = scripts;
const folder = join(import.meta.dirname, '../../examples/servers');
const page = readFileSync(join(folder, 'README.md'), 'utf8');
const rows = [...page.matchAll(/^\| `([\w-]+)` \| (.*?) \|/gm)];

test('the README of the servers has every server, by the name of its script', () => {
  expect(rows.map(([, name]) => name)).toEqual(Object.keys(programs));
  expect([...servers, answers, cluster].map(({ name }) => name).sort()).toEqual(Object.keys(programs).sort());
});

test('a script runs what the tests run', () => {
  for (const { name, command, isBundled } of [...servers, answers, cluster]) {
    const script = new Map(Object.entries(scripts)).get(name);
    if (isBundled) expect(script).toContain(`esbuild ${command[1]} `);
    else expect(script).toBe(command.join(' '));
  }
});

test('the README of the servers leads to files that are there', () => {
  const links = [...page.matchAll(/\]\(([\w./-]+)\)/g)].map(([, link = '']) => link);
  expect(links.length).toBeGreaterThan(10);
  expect(links.filter((link) => !existsSync(join(folder, link)))).toEqual([]);
});

test('a trap has a name of its own for its server, and each server has one', () => {
  // Those of several servers are in redis.test.ts.
  const { redis: _, ...alone } = programs;
  const names = traps.map(({ name, server }) => `${name} (${server})`);
  expect(new Set(names).size).toBe(names.length);
  expect([...new Set(traps.map(({ server }) => server))].sort()).toEqual(Object.keys(alone).sort());
});

test('every server says where its traps are', () => {
  const programs = [...servers, answers]
    .map(({ command }) => command[1])
    .filter((file) => file !== 'worker/run.ts');
  const sources = [...programs, 'worker/worker.ts', 'redis/server.ts', 'redis/feed.ts', 'redis/log.ts'].map(
    (file) => readFileSync(join(folder, file), 'utf8'),
  );
  expect(sources.filter((source) => !source.includes('// Trap: '))).toEqual([]);
  expect(readdirSync(join(folder, 'shared'))).toEqual(['events.ts', 'log.ts', 'streams.ts', 'visitors.ts']);
});
