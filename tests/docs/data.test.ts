import { describe, expect, test } from 'vitest';
import { documentation, read } from './documentation.ts';

const { examples } = documentation('docs/data.md');

describe('the guide to data', () => {
  test('has an example of schemas, of what is gathered, and of a choice', () => {
    expect(examples.map(([file]) => file)).toEqual([
      'examples/data/prices.ts',
      'examples/data/prices.tsx',
      'examples/data/Prices.vue',
    ]);
  });

  test.each(examples)('shows %s as it is run', (file, text) => {
    expect(text).toBe(read(file));
  });
});
