import { once } from 'node:events';
import { expect, test } from 'vitest';
import { measureLateness } from './lateness.ts';

function standStill(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

test('a standstill counts, also when what is waited for is told before the timer', () => {
  const lateness = measureLateness();
  standStill(100);
  expect(lateness()).toBeGreaterThan(80);
});

test('a moment counts once, however many were late for it', async () => {
  const began = performance.now();
  const lateness = measureLateness(process.pid);
  for (let count = 0; count < 5; count += 1) {
    standStill(30);
    await once(AbortSignal.timeout(1), 'abort');
  }
  expect(lateness()).toBeLessThanOrEqual(performance.now() - began);
});
