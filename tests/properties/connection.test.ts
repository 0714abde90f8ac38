import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  propertyFactor,
  propertyParameters,
  propertySeed,
  propertyTimeout,
} from '../support/property-runs.ts';
import { Page } from './page.ts';
import { play, travelled } from './rig.ts';
import { scriptedRig } from './scripted-rig.ts';
import { around, settings, steps } from './steps.ts';
import { transportRig } from './transport-rig.ts';

afterAll(() => {
  const { transitions, steps: count } = travelled;
  console.info(`${transitions} transitions in ${count} random steps, from seed ${propertySeed}`);
});

describe('whatever happens, in whatever order, the connection keeps its promises', () => {
  test(
    'with a transport that says anything at any time',
    async () => {
      await fc.assert(
        fc.asyncProperty(settings, steps, (given, script) => play(scriptedRig(given), script)),
        propertyParameters(6_800),
      );
    },
    propertyTimeout,
  );

  test(
    'with the real transport actor, over a server and in a page that play any trick',
    async () => {
      await fc.assert(
        fc.asyncProperty(settings, around, steps, async (given, more, script) => {
          using page = new Page();
          // Half a millisecond: so that it never falls together with an idle timeout, when either may come first.
          const stableAfter = Math.min(given.stableAfter, 1e9) + 0.5;
          await play(transportRig({ ...given, stableAfter }, more, page), script);
        }),
        propertyParameters(1_200),
      );
    },
    propertyTimeout,
  );
});

test('that was no small journey', () => {
  expect(travelled.transitions).toBeGreaterThan(100_000 * Math.min(1, propertyFactor));
  expect(travelled.states.size).toBe(13);
});
