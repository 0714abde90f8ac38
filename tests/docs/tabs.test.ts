import { describe, expect, test } from 'vitest';
import { chartStates } from '../../machines/chart.ts';
import { tabsMachine } from '../../machines/tabs.ts';
import { acrossTabs, tabsTable } from '../../tabs/across-tabs.ts';
import { documentation, read } from './documentation.ts';

const { examples, table } = documentation('docs/tabs.md');

describe('the guide to one stream for all tabs', () => {
  test('has an example', () => {
    expect(examples.map(([file]) => file)).toEqual(['examples/tabs.ts']);
  });

  test.each(examples)('shows %s as it is run', (file, text) => {
    expect(text).toBe(read(file));
  });

  test('gives the default of every option', () => {
    const documented = table('tabs').map(([name, value]) => [name, value]);
    const actual = Object.entries(tabsTable).map(([name, { default: value }]) => [
      name,
      typeof value === 'function' ? value.name : String(value),
    ]);
    expect(documented).toEqual([['scope', 'none, it must be given'], ...actual]);
    expect(() => acrossTabs({ scope: '' })).toThrow('scope');
  });

  test('says of every state that a tab may be in what the tab does', () => {
    const leaves = chartStates(tabsMachine).filter(({ initial }) => initial === undefined);
    expect(table('states').map(([path]) => path)).toEqual(leaves.map(({ path }) => path));
  });
});
