import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { documentation, read } from './documentation.ts';

const { examples, table } = documentation('docs/tanstack-query.md');

describe('the guide to TanStack Query', () => {
  test('has an example of one query and of many, and leads to those of React, of Vue and of patches', () => {
    const inFolder = (file: string) => `examples/tanstack-query/${file}`;
    expect(examples.map(([file]) => file)).toEqual(['notifications.ts', 'prices.ts'].map(inFolder));
    const links = [...read('docs/tanstack-query.md').matchAll(/\(\.\.\/(examples[^)]+)\)/g)].map(
      ([, file]) => file,
    );
    expect(links).toEqual(['react.tsx', 'Notifications.vue', 'json-patch.ts'].map(inFolder));
  });

  test.each(examples)('shows %s as it is run', (file, text) => {
    expect(text).toBe(read(file));
  });

  test('names every option of a stream', () => {
    const code = ['query-feed', 'tanstack-query'].map((name) => read(`adapters/${name}.ts`)).join('');
    const own = /^(update|lastEventIdOf|reportError|connection|event|queryKey|within)$/;
    const options = [...code.matchAll(/^ {2,10}readonly (\w+)\??:/gm)].map(([, name = '']) => name);
    const documented = table('options').map(([name]) => name);
    expect(documented.sort()).toEqual([...new Set(options.filter((name) => own.test(name)))].sort());
  });

  test('says from which version on it works', () => {
    const [, oldest] = /\^(\d+\.\d+)\.0/.exec(packageJson.peerDependencies['@tanstack/query-core']) ?? [];
    expect(read('docs/tanstack-query.md')).toContain(`(${oldest} or later`);
  });
});
