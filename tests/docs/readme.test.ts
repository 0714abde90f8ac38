import { describe, expect, test } from 'vitest';
import { createConnection } from '../../index.ts';
import { failurePolicy } from '../../machines/policy.ts';
import { defaultSettings } from '../../machines/settings.ts';
import { documentation, read } from './documentation.ts';

const { examples, table } = documentation('README.md');

describe('the README', () => {
  test('has an example for each of the four ways, of a chart of your own, of inspection, and of a test', () => {
    expect(examples.map(([file]) => file)).toEqual([
      'examples/vanilla.ts',
      'examples/react.tsx',
      'examples/Notifications.vue',
      'examples/xstate.ts',
      'examples/parent-chart.ts',
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

  test('gives the defaults that the code has, for every setting', () => {
    const documented = Object.fromEntries(table('options').map(([name, value]) => [name, value]));
    for (const [name, value] of Object.entries(defaultSettings)) {
      const shown = typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
      expect([name, documented[name]]).toEqual([name, shown]);
    }
  });

  test('quotes the figure that the study of herds has', () => {
    const [, quoted] = /\[([\d.]+ %)\]\(docs\/herd\.md\)/.exec(read('README.md')) ?? [];
    expect(quoted).toBeDefined();
    expect(read('docs/herd.md')).toContain(`and ${quoted} in the busiest 100 ms`);
  });

  test('names every option, and none that there is not', () => {
    const documented = table('options').flatMap(([names = '']) => names.split(', '));
    const attempt = () => createConnection('http://127.0.0.1/', { noSuchOption: 1 } as object);
    expect(attempt).toThrow(TypeError);
    let known: string[] = [];
    try {
      attempt();
    } catch (error) {
      known = /There are (.*)\.$/.exec(String(error))?.[1]?.split(', ') ?? [];
    }
    expect(documented.sort()).toEqual(known.sort());
  });
});
