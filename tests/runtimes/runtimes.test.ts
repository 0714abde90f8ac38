import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from './app.ts';
import { caseNames } from './conformance.ts';
import { targets } from './targets.ts';

let app: Awaited<ReturnType<typeof createApp>>;

beforeAll(async () => {
  app = await createApp();
});

afterAll(() => app[Symbol.asyncDispose]());

test('no two cases have one name, and what is not possible names a case', () => {
  expect(new Set(caseNames).size).toBe(caseNames.length);
  const named = targets.flatMap(({ notPossible = [] }) => notPossible.map(({ name }) => name));
  expect(named.filter((name) => !caseNames.some((says) => says.startsWith(name)))).toEqual([]);
});

// `npm run test:runtimes` runs them in all the others, and through `require()`.
test.each(targets.filter(({ isQuick }) => isQuick))(
  'every case is true in $name',
  async ({ run, notPossible = [] }) => {
    const { reports } = await run(app, true);
    const [report] = reports;
    expect(report?.failed).toEqual([]);
    expect(report?.passed).toBe(caseNames.length - notPossible.length);
  },
);
