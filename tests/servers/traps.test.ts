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

test.each(tried)('with $name ($server), $symptom', async (trap) => {
  await using server = await runTrap(trap);
  expect(await symptoms[trap.symptom](server)).toBe(true);
});

const intact = isLong ? firstOf(({ server, symptom }) => `${server}: ${symptom}`) : [];

test.each(intact)('as it is ($server), not so: $symptom', async ({ server: name, symptom, env }) => {
  await using server = await runServer(specOf(name), env);
  expect(await symptoms[symptom](server)).toBe(false);
});
