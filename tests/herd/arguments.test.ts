import { describe, expect, test } from 'vitest';
import { readArguments, usage } from '../../visualizations/herd/arguments.ts';
import { policies } from '../../visualizations/herd/simulation/policies.ts';

test('without options the documentation is written, and with --real it is measured first', () => {
  expect(readArguments([])).toEqual({ kind: 'document' });
  expect(readArguments(['--real'])).toEqual({ kind: 'measure' });
});

test('what is not given is as in the documentation', () => {
  expect(readArguments(['--clients', '1000'])).toEqual({
    kind: 'show',
    clients: 1_000,
    seed: 1,
    deploys: [15_000],
    policies,
    capacity: undefined,
  });
});

test('deploys and policies may be given several times', () => {
  const job = readArguments(['--deploy', '0', '--deploy=2.5', '--policy', 'grpc', '--policy', 'default']);
  expect(job).toMatchObject({ deploys: [0, 2_500], policies: [{ id: 'grpc' }, { id: 'default' }] });
});

describe('what cannot be is refused in words', () => {
  test.each([
    [['--clients', '0'], "`--clients` must be a whole number from 1 to 1000000, but it is '0'."],
    [['--clients', '1e9'], '`--clients` must be'],
    [['--clients', '10.5'], '`--clients` must be'],
    [['--clients', ''], '`--clients` must be'],
    [['--clients', 'many'], "but it is 'many'"],
    [['--deploy=-1'], '`--deploy` must be a number of seconds from 0 to 600'],
    [['--deploy', '601'], '`--deploy` must be'],
    [['--deploy', '0.0001'], '`--deploy` must be'],
    [['--deploy', 'NaN'], '`--deploy` must be'],
    [['--seed', '4294967296'], '`--seed` must be'],
    [['--capacity', '999'], '`--capacity` must be a whole number from 1000 to'],
    [['--capacity', 'Infinity'], '`--capacity` must be'],
    [['--policy', 'hope'], "No policy is called 'hope'. There are default, forever,"],
    [['--policy', '__proto__'], 'No policy is called'],
    [['--real', '--clients', '10'], '`--real` goes alone'],
    [['--retries', '3'], 'Unknown option'],
    [['5'], 'Unexpected argument'],
  ])('%j', (given, complaint) => {
    expect(() => readArguments(given)).toThrow(complaint);
  });
});

test('the usage names every option and policy', () => {
  for (const name of ['real', 'clients', 'deploy', 'seed', 'capacity', 'policy'])
    expect(usage).toContain(`--${name}`);
  for (const { id } of policies) expect(usage).toContain(id);
});
