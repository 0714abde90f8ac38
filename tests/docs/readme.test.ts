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

const { examples, table } = documentation('README.md');

describe('the README', () => {
  test('has an example for each of the four ways, of a chart of your own, of sharing, of EventSource, of inspection, and of a test', () => {
    expect(examples.map(([file]) => file)).toEqual([
      'examples/vanilla.ts',
      'examples/react.tsx',
      'examples/Notifications.vue',
      'examples/xstate.ts',
      'examples/parent-chart.ts',
      'examples/shared.tsx',
      'examples/tabs.ts',
      'examples/event-source/global.ts',
      'examples/inspect/local.ts',
      'examples/testing/connection.test.ts',
    ]);
  });

  test.each(examples)('shows %s as it is run', (file, text) => {
    expect(text).toBe(read(file));
  });

  test('gives the verdicts that the code gives', () => {
    const verdicts = table('failurePolicy').map(([cause, verdict]) => [cause, verdict]);
    expect(Object.fromEntries(verdicts)).toEqual(failurePolicy);
  });

  test('gives the default of every option as the table of options has it', () => {
    const documented = Object.fromEntries(table('options').map(([name, value]) => [name, value]));
    for (const [name, standard] of defaults) {
      if (isPlain(standard)) expect([name, documented[name]]).toEqual([name, shown(standard)]);
    }
  });

  test('quotes the figure that the study of herds has', () => {
    const [, quoted] = /\[([\d.]+ %)\]\(docs\/herd\.md\)/.exec(read('README.md')) ?? [];
    expect(quoted).toBeDefined();
    expect(read('docs/herd.md')).toContain(`and ${quoted} in the busiest 100 ms`);
  });

  test('names every option, and none that there is not', () => {
    const documented = table('options').flatMap(([names = '']) => names.split(', '));
    expect(documented.sort()).toEqual([...defaults.keys()].sort());
  });
});

describe('an example that reads tokens or lines', () => {
  const fences = [...read('README.md').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  const inComments = ['actor-options', 'fetch', 'transport']
    .map(inTransports)
    .flatMap((file) => read(file).split('@example').slice(1))
    .map((text) => text.split('*/')[0] ?? '');
  const examples = [...fences, ...inComments].filter((code) => /answers|\[DONE\]|readLines/.test(code));

  test('is there in the README, and for each option that is made for it', () => {
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

function isPlain(value: unknown): boolean {
  return (
    value !== undefined && JSON.stringify(value) !== undefined && typeof Object(value).now !== 'function'
  );
}

function shown(value: unknown): string {
  return String(JSON.stringify(value)).replaceAll('"', "'");
}
