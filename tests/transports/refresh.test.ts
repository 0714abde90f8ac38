import { expect, test } from 'vitest';
import { forgetRefresh, refreshOnce, thisMoment } from '../../transports/refresh.ts';
import { quiet } from '../support/until.ts';

test('a refresh that nobody waits for any more does not end the sharing of the one that followed it', async () => {
  const answers: (() => void)[] = [];
  const refresh = () => new Promise<void>((resolve) => answers.push(resolve));
  const sentAt = thisMoment();
  const given = [refreshOnce(refresh, sentAt, fail)];
  forgetRefresh(refresh);
  given.push(refreshOnce(refresh, sentAt, fail));
  answers[0]?.();
  await quiet();
  given.push(refreshOnce(refresh, thisMoment(), fail));
  expect(answers).toHaveLength(2);
  answers[1]?.();
  await Promise.all(given);
  refreshOnce(refresh, thisMoment(), fail);
  expect(answers).toHaveLength(3);
});

test('credentials that were renewed after a request was sent count as renewed for it', async () => {
  let refreshes = 0;
  const refresh = () => {
    refreshes += 1;
  };
  const sentAt = [thisMoment(), thisMoment(), thisMoment()];
  for (const moment of sentAt) await refreshOnce(refresh, moment, fail);
  expect(refreshes).toBe(1);
  const sentLater = thisMoment();
  await refreshOnce(refresh, sentLater, fail);
  expect(refreshes).toBe(2);
});

test('a refresh that failed renews nothing: the next one who needs it tries again', async () => {
  let refreshes = 0;
  const refresh = () => {
    refreshes += 1;
    if (refreshes === 1) throw new Error('down');
  };
  const sentAt = thisMoment();
  await expect(refreshOnce(refresh, sentAt, () => {})).rejects.toThrow();
  await refreshOnce(refresh, sentAt, fail);
  expect(refreshes).toBe(2);
});

test('a refresh that throws is reported by its name', async () => {
  const reported: unknown[] = [];
  const cause = new Error('down');
  const refresh = () => Promise.reject(cause);
  const refusal = {
    kind: 'unauthorized',
    message: '`refresh` threw, so no request was sent.',
    unsent: true,
    cause,
  };
  const renewal = refreshOnce(refresh, thisMoment(), (error) => reported.push(error));
  await expect(renewal).rejects.toMatchObject(refusal);
  expect(reported).toMatchObject([refusal]);
});

function fail(error: unknown): never {
  throw error;
}
