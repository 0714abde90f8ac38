import { expect, test } from 'vitest';
import { forgetRefresh, refreshOnce } from '../../transports/refresh.ts';
import { quiet } from '../support/until.ts';

test('a refresh that nobody waits for any more does not end the sharing of the one that followed it', async () => {
  const answers: (() => void)[] = [];
  const refresh = () => new Promise<void>((resolve) => answers.push(resolve));
  const given = [refreshOnce(refresh, fail)];
  forgetRefresh(refresh);
  given.push(refreshOnce(refresh, fail));
  answers[0]?.();
  await quiet();
  given.push(refreshOnce(refresh, fail));
  expect(answers).toHaveLength(2);
  answers[1]?.();
  await Promise.all(given);
  refreshOnce(refresh, fail);
  expect(answers).toHaveLength(3);
});

test('a refresh that throws is reported by its name', async () => {
  const reported: unknown[] = [];
  const cause = new Error('down');
  const refresh = () => Promise.reject(cause);
  const refusal = {
    kind: 'unauthorized',
    message: '`refresh` threw, so no request was sent.',
    cause,
  };
  await expect(refreshOnce(refresh, (error) => reported.push(error))).rejects.toMatchObject(refusal);
  expect(reported).toMatchObject([refusal]);
});

function fail(error: unknown): never {
  throw error;
}
