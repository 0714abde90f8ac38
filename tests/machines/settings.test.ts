import { expect, test } from 'vitest';
import { completeSettings } from '../../machines/settings.ts';

const documented = {
  maxRetries: 8,
  retryDelay: 1_000,
  maxRetryDelay: 30_000,
  retryFactor: 2,
  jitter: 'full',
  maxRetryAfter: 300_000,
  stableAfter: 5_000,
  pauseWhenHidden: false,
  retryUnsafe: false,
  policy: {},
  immediate: true,
};

test('settings that are not given have the documented defaults', () => {
  expect(completeSettings()).toEqual(documented);
  expect(completeSettings({ maxRetries: undefined, jitter: 'none' })).toEqual({
    ...documented,
    jitter: 'none',
  });
});
