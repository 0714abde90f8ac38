import { describe, expect, test } from 'vitest';
import { flags } from '../../doctor/command/arguments.ts';
import { doctorTable } from '../../doctor/options.ts';
import { documentation, read } from './documentation.ts';

const { examples, table } = documentation('docs/doctor.md');

describe('the guide to the doctor', () => {
  test('has the tests of a server, and the server that passes them', () => {
    expect(examples.map(([file]) => file)).toEqual([
      'examples/doctor/server.test.ts',
      'examples/doctor/server.ts',
    ]);
  });

  test.each(examples)('shows %s as it is run', (file, text) => {
    expect(text).toBe(read(file));
  });

  test('names every flag of the command', () => {
    const named = table('flags').flatMap(([names = '']) => names.split(', '));
    const actual = Object.entries(flags).flatMap(([name, flag]) => [
      ...('short' in flag ? [`-${flag.short}`] : []),
      `--${name}`,
    ]);
    expect(named.sort()).toEqual(actual.sort());
  });

  test('names every option, with its default', () => {
    const documented = table('options').flatMap(([names = '', value = '']) =>
      names.split(', ').map((name) => [name, value]),
    );
    const actual = Object.entries(doctorTable).map(([name, { default: value }]) => [
      name,
      value === undefined ? '' : String(JSON.stringify(value)).replaceAll('"', "'"),
    ]);
    expect(documented).toEqual(actual);
  });
});

describe('the comment of an option', () => {
  test('gives the default that the option has', () => {
    const stated = [
      ...read('doctor/settings.ts').matchAll(/@default (.*)\n(?:\s+\* @example .*\n)?\s+\*\/\n\s+(\w+):/g),
    ];
    const values = stated.map(([, value = '', name]) => [name, value.replaceAll('_', '')]);
    const actual = Object.entries(doctorTable)
      .filter(([, { default: value }]) => value !== undefined)
      .map(([name, { default: value }]) => [name, String(JSON.stringify(value)).replaceAll('"', "'")]);
    expect(values).toEqual(actual);
  });
});
