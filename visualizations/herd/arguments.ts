import { parseArgs } from 'node:util';
import { type Policy, policies, policyCalled } from './simulation/policies.ts';

/** The job of the command: to write the documentation, to measure first, or to show a table. */
export type Job =
  | { readonly kind: 'document' }
  | { readonly kind: 'measure' }
  | {
      readonly kind: 'show';
      readonly clients: number;
      readonly seed: number;
      /** In milliseconds. */
      readonly deploys: readonly number[];
      readonly policies: readonly Policy[];
      readonly capacity: number | undefined;
    };

/** How the command is used. */
export const usage = `npm run herd                    writes docs/herd.md and the plots in docs/herd
npm run herd -- --real          measures 2,000 real connections first, which takes some minutes
npm run herd -- [options]       prints a table
  --clients 100000              1 to 1,000,000
  --deploy 15                   seconds that the server is away, 0 to 600; may be given several times
  --seed 1                      0 to 4,294,967,295
  --capacity 10000              connections that the server takes per second; at least a hundredth of the clients
  --policy default              one of ${policies.map(({ id }) => id).join(', ')}; may be given several times`;

/** @throws TypeError or RangeError when an argument is invalid; the message says what is allowed. */
export function readArguments(given: readonly string[]): Job {
  const { values } = parseArgs({
    args: [...given],
    options: {
      real: { type: 'boolean' },
      clients: { type: 'string', default: '100000' },
      deploy: { type: 'string', multiple: true, default: ['15'] },
      seed: { type: 'string', default: '1' },
      capacity: { type: 'string' },
      policy: { type: 'string', multiple: true, default: policies.map(({ id }) => id) },
    },
  });
  if (given.length === 0) return { kind: 'document' };
  if (values.real) {
    if (given.length > 1) throw new TypeError('`--real` goes alone: its connections have the defaults.');
    return { kind: 'measure' };
  }
  const clients = within('clients', values.clients, [1, 1_000_000]);
  return {
    kind: 'show',
    clients,
    seed: within('seed', values.seed, [0, 2 ** 32 - 1]),
    deploys: values.deploy.map((text) => within('deploy', text, [0, 600], 1_000)),
    policies: values.policy.map(policyCalled),
    capacity:
      values.capacity === undefined
        ? undefined
        : within('capacity', values.capacity, [Math.ceil(clients / 100), Number.MAX_SAFE_INTEGER]),
  };
}

/** A whole number, or a time: whole seconds that are returned in `unit`s. */
function within(name: string, text: string, [least, most]: readonly [number, number], unit = 1): number {
  const value = text.trim() === '' ? Number.NaN : Number(text) * unit;
  if (Number.isInteger(value) && value >= least * unit && value <= most * unit) return value;
  const kind = unit === 1 ? 'a whole number' : 'a number of seconds';
  throw new RangeError(`\`--${name}\` must be ${kind} from ${least} to ${most}, but it is '${text}'.`);
}
