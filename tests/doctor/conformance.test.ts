import { expect, test } from 'vitest';
import { checks, conformanceTests } from '../../doctor/index.ts';
import { startServer } from './manners.ts';

const quick = { watch: 400 };

test('there is a test for every check that is no note, or for errors alone', () => {
  const names = (failOn: 'error' | 'warning') =>
    conformanceTests('http://localhost', { failOn }).map(({ name }) => name);
  const titles = (...severities: string[]) =>
    checks.filter(({ severity }) => severities.includes(severity)).map(({ title }) => title);
  expect(names('warning')).toEqual(titles('error', 'warning'));
  expect(names('error')).toEqual(titles('error'));
});

test('the server is examined once for all of them, when the first is run', async () => {
  await using server = await startServer();
  let asked = 0;
  const url = async () => {
    asked += 1;
    return server.url;
  };
  const tests = conformanceTests(url, { ...quick, only: ['status', 'headers', 'charset'] });
  expect(asked).toBe(0);
  for (const { run } of tests) await run();
  expect(tests).toHaveLength(3);
  expect(asked).toBe(1);
  expect(server.requests).toHaveLength(1);
});

test('the one that fails says what was seen, why it matters and what to do', async () => {
  await using server = await startServer({ headers: { 'x-accel-buffering': undefined } });
  const tests = conformanceTests(server.url, { ...quick, only: ['accel-buffering', 'status'] });
  const outcomes = await Promise.all(tests.map(({ run }) => run().then(() => 'passed', String)));
  expect(outcomes).toEqual([
    'passed',
    expect.stringMatching(
      /Not so: The answer tells nginx[\s\S]*There is no X-Accel-Buffering\.[\s\S]*- Express: /,
    ),
  ]);
});

test('a server that does not answer fails one of them, with the reason', async () => {
  const tests = conformanceTests('http://127.0.0.1:9/events', quick);
  const outcomes = await Promise.allSettled(tests.map(({ run }) => run()));
  const failed = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [String(outcome.reason)] : [],
  );
  expect(failed).toEqual([expect.stringContaining('Nothing listens at 127.0.0.1:9.')]);
});

test('options that make no sense throw before any test is run', () => {
  expect(() => conformanceTests('http://localhost', { watch: -1 })).toThrow('`watch`');
  expect(() => conformanceTests('http://localhost', { failOn: 'note' as 'error' })).toThrow('`failOn`');
});
