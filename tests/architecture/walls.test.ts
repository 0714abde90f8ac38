import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { commands, entries, rooms } from '../../scripts/published.mjs';
import tsconfig from '../../tsconfig.json' with { type: 'json' };
import { type Import, importsOf, reachableFrom, roomOf, sourcesIn } from './imports.ts';

/** The rooms that each room may import from, besides itself. Rooms that are not here may import from any. */
const mayImport: Record<string, readonly string[]> = {
  machines: [],
  transports: ['machines'],
  adapters: ['machines', 'transports'],
  tabs: ['machines', 'transports'],
  'event-source': ['machines', 'transports', 'adapters'],
  opentelemetry: ['machines', 'transports', 'adapters'],
  testing: ['machines', 'transports', 'adapters'],
  doctor: ['machines', 'transports'],
  migrate: [],
  command: ['doctor', 'migrate'],
  'index.ts': ['machines', 'transports', 'adapters'],
  'visualizations/chart': ['machines'],
  'visualizations/viewer': ['machines', 'visualizations/chart'],
  'visualizations/inspect': ['machines', 'adapters', 'visualizations/chart', 'visualizations/viewer'],
};

/** The packages that each room may import. */
const packages: Record<string, readonly string[]> = {
  machines: ['xstate'],
  transports: ['xstate', 'eventsource-parser', 'eventsource-parser/stream', '@standard-schema/spec'],
  adapters: ['xstate', 'react', 'vue', '@tanstack/query-core'],
  tabs: ['xstate'],
  'event-source': [],
  opentelemetry: ['xstate', '@opentelemetry/api'],
  testing: ['xstate', 'xstate/graph'],
  doctor: ['eventsource-parser'],
  migrate: ['ts-morph'],
  command: [],
  'index.ts': [],
  'visualizations/chart': ['xstate'],
  'visualizations/viewer': ['xstate', '@statelyai/inspect'],
  'visualizations/inspect': ['xstate', '@statelyai/inspect'],
};

const shipped = rooms.flatMap(sourcesIn);
const ofRoom = (wanted: string) => shipped.filter((file) => roomOf(file) === wanted).flatMap(importsOf);
const isFile = ({ to }: Import) => /\.(ts|tsx|vue)$/.test(to);
const inWords = ({ from, to }: Import) => `${from} imports ${to}`;

describe.each(Object.entries(mayImport))('%s', (room, others) => {
  test(`imports from no room but ${[room, ...others].join(', ')}`, () => {
    const outside = ofRoom(room)
      .filter(isFile)
      .filter(({ to }) => ![room, ...others].includes(roomOf(to)));
    expect(outside.map(inWords)).toEqual([]);
  });

  test(`imports no package but ${packages[room]?.join(', ') || 'none'}`, () => {
    const foreign = ofRoom(room).filter((one) => !isFile(one) && !packages[room]?.includes(one.to));
    // The test kit may stand on Node where there is one, and what is for the command line always does.
    expect(
      foreign.map(inWords).filter((words) => !/^(testing|doctor|migrate)\/.* node:/.test(words)),
    ).toEqual([]);
  });
});

test.each(['adapters', 'tabs', 'event-source', 'opentelemetry', 'doctor'])(
  '%s enter the transports by the files at the top',
  (room) => {
    const entered = ofRoom(room).filter(({ to }) => roomOf(to) === 'transports');
    expect(entered.filter(({ to }) => to.split('/').length > 2).map(inWords)).toEqual([]);
  },
);

describe('docs/architecture.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/architecture.md'), 'utf8');

  test('draws every arrow between rooms, and no other', () => {
    const [, picture = ''] = /```mermaid\nflowchart BT\n([\s\S]*?)```/.exec(page) ?? [];
    const named = new Map([...picture.matchAll(/(\w+)\["([^"]+)"\]/g)].map(([, id, room]) => [id, room]));
    const drawn = [...picture.matchAll(/(\w+)(?:\[[^\]]*\])? --> (\w+)/g)].map(([, ...ends]) =>
      ends.map((id) => named.get(id) ?? id).join(' → '),
    );
    const real = Object.keys(mayImport)
      .filter((room) => room !== 'index.ts')
      .flatMap((room) => {
        const others = ofRoom(room)
          .filter(isFile)
          .map(({ to }) => roomOf(to));
        return [...new Set(others)].filter((other) => other !== room).map((other) => `${room} → ${other}`);
      });
    expect(drawn.sort()).toEqual(real.sort());
  });

  test('names only files and folders that there are', () => {
    const paths = [...page.matchAll(/`((?:[a-z-]+\/)+(?:[\w.-]+)?)`/g)].map(([, path = '']) => path);
    expect(paths.length).toBeGreaterThan(20);
    const root = join(import.meta.dirname, '../..');
    expect(paths.filter((path) => !path.startsWith('sse-machine/') && !existsSync(join(root, path)))).toEqual(
      [],
    );
  });
});

test('the rooms do not import each other in a circle', () => {
  const arrows = new Map(
    Object.keys(mayImport).map((room) => [
      room,
      new Set(
        ofRoom(room)
          .filter(isFile)
          .map(({ to }) => roomOf(to)),
      ),
    ]),
  );
  function circleFrom(room: string, path: readonly string[]): readonly string[] | undefined {
    if (path.includes(room)) return [...path, room];
    for (const next of arrows.get(room) ?? []) {
      const found = next === room ? undefined : circleFrom(next, [...path, room]);
      if (found) return found;
    }
    return undefined;
  }
  expect(
    [...arrows.keys()].map((room) => circleFrom(room, [])).filter((circle) => circle !== undefined),
  ).toEqual([]);
});

describe('what is published', () => {
  const reachable = reachableFrom([...entries, ...commands].map(({ source }) => source));

  test('is what the entries and the commands import, and all of it is packed', () => {
    expect([...reachable].sort()).toEqual([...shipped].sort());
  });

  test('has a wall in this test for every room', () => {
    expect([...new Set(shipped.map(roomOf))].sort()).toEqual(Object.keys(mayImport).sort());
  });

  test('goes by the same names in `exports` and in the paths of tsconfig.json', () => {
    const paths = Object.entries(tsconfig.compilerOptions.paths).map(([name, [source = '']]) => [
      name,
      source,
    ]);
    expect(paths).toEqual(entries.map(({ name, source }) => [name, `./${source}`]));
  });

  test('reaches the doctor, which is for Node, by its own entry and command alone', () => {
    const others = entries.filter(({ name }) => name !== 'sse-machine/doctor').map(({ source }) => source);
    expect([...reachableFrom(others)].filter((file) => roomOf(file) === 'doctor')).toEqual([]);
  });

  test('of the doctor takes no peer to run', () => {
    const needed = [...reachableFrom(commands.map(({ source }) => source))].filter(
      (file) => roomOf(file) === 'doctor',
    );
    expect(
      [
        ...new Set(
          needed
            .flatMap(importsOf)
            .filter((one) => !isFile(one))
            .map(({ to }) => to),
        ),
      ].filter((to) => !to.startsWith('node:')),
    ).toEqual(['eventsource-parser']);
  });

  test('imports packages that are dependencies or peers', () => {
    const known = Object.keys({ ...packageJson.dependencies, ...packageJson.peerDependencies });
    const needed = shipped.flatMap(importsOf).filter((one) => !isFile(one) && !one.to.startsWith('node:'));
    const unknown = needed.filter(
      ({ to }) => !known.some((name) => to === name || to.startsWith(`${name}/`)),
    );
    expect(unknown.map(inWords)).toEqual([]);
  });

  test('lies in folders of their own', () => {
    const top = readdirSync(join(import.meta.dirname, '../..'), { withFileTypes: true });
    const folders = top
      .filter((entry) => entry.isDirectory() && rooms.includes(entry.name))
      .map(({ name }) => name);
    expect(folders.sort()).toEqual([
      'adapters',
      'command',
      'doctor',
      'event-source',
      'machines',
      'migrate',
      'opentelemetry',
      'tabs',
      'testing',
      'transports',
    ]);
  });
});
