import { expect, test } from 'vitest';
import { measure } from '../../visualizations/herd/reality/measure.ts';
import { distanceBetween, perWindow } from '../../visualizations/herd/simulation/figures.ts';
import { ownPolicy, type Policy, policyCalled } from '../../visualizations/herd/simulation/policies.ts';
import { simulate } from '../../visualizations/herd/simulation/simulate.ts';

/** Slow enough that a busy machine, which makes every timer late, changes little. */
const settings = { retryDelay: 2_000, maxRetryDelay: 4_000, maxRetries: 20 };
const seconds = 4;

function expected(policy: Policy): number[] {
  const { attempts } = simulate({ policy, clients: 20_000, deploy: seconds * 1_000, seed: 1 });
  return perWindow(attempts, attempts.length);
}

test('200 real connections come back from a restart as the simulated ones do, and not at a constant delay', async () => {
  const ours = expected(ownPolicy({ id: 'given', title: '' }, settings));
  for (const delay of [1, 2, 3, 5])
    expect(distanceBetween(ours, expected(policyCalled(`constant-${delay}`)))).toBeGreaterThan(0.25);

  // A machine that stops for a moment spoils a whole try; a policy of another shape spoils them all.
  let distance = 1;
  for (let tries = 0; distance > 0.15 && tries < 8; tries += 1) {
    const { attempts, gaveUp } = await measure({ clients: 200, seconds, spread: 4, settings });
    expect(gaveUp).toBe(0);
    distance = distanceBetween(attempts, ours);
  }
  expect(distance).toBeLessThanOrEqual(0.15);
});
