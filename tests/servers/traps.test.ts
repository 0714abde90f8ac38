import { expect, test } from 'vitest';
import { isLong } from './restarts.ts';
import { runServer } from './run-server.ts';
import { symptoms } from './symptoms.ts';
import { runTrap, specOf, type Trap, traps } from './traps.ts';

const firstOf = (key: (trap: Trap) => string) => [
  ...new Map(traps.toReversed().map((one) => [key(one), one])).values(),
];

/** `npm test` tries one for each symptom. */
const tried = isLong ? traps : firstOf(({ symptom }) => symptom);

const named = (all: readonly Trap[]) =>
  all.map((trap) => [trap.server, trap.name, trap.symptom, trap] as const);

// Most of the time they wait.
const eachTrap = isLong ? test.each(named(tried)) : test.concurrent.each(named(tried));

eachTrap('%s with %s: %s', async (_server, _name, _symptom, trap) => {
  await using server = await runTrap(trap);
  expect(await symptoms[trap.symptom](server)).toBe(true);
});

const intact = isLong ? firstOf(({ server, symptom }) => `${server}: ${symptom}`) : [];

test.each(named(intact))(
  '%s as it is, not with %s: it is not so that %s',
  async (name, _name, symptom, { env }) => {
    await using server = await runServer(specOf(name), env);
    expect(await symptoms[symptom](server)).toBe(false);
  },
);
