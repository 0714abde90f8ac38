import { describe, expect, test } from 'vitest';
import { instrumentTable } from '../../opentelemetry/instruments.ts';
import { observationTable } from '../../opentelemetry/options.ts';
import { documentation, read } from './documentation.ts';

const { examples, table } = documentation('docs/watching.md');

describe('the guide to watching', () => {
  test('has an example of callbacks, of an app with an SDK, and of a component', () => {
    expect(examples.map(([file]) => file)).toEqual([
      'examples/watching/callbacks.ts',
      'examples/opentelemetry/observe.ts',
      'examples/opentelemetry/component.tsx',
    ]);
  });

  test.each(examples)('shows %s as it is', (file, text) => {
    expect(text).toBe(read(file));
  });

  test('names every option of an observation, and the defaults', () => {
    const documented = table('options').map(([name = '', standard]) => [name, standard]);
    expect(documented.map(([name]) => name).sort()).toEqual(Object.keys(observationTable).sort());
    for (const [name, standard] of documented.slice(0, 3)) {
      const { default: real } = observationTable[name as keyof typeof observationTable];
      expect([name, standard]).toEqual([name, JSON.stringify(real).replaceAll('"', "'")]);
    }
  });

  test('names every instrument, its kind and its unit', () => {
    const documented = table('instruments').map(([name, kind, unit]) => ({ name, kind, unit }));
    expect(documented).toEqual(
      Object.values(instrumentTable).map(({ name, kind, unit }) => ({ name, kind, unit })),
    );
  });
});
