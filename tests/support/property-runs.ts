import type fc from 'fast-check';

/**
 * How long and from which seed the random tests run. Both can be set from outside, for a longer hunt:
 * `PROPERTY_RUNS=20` makes every test twenty times as long, `PROPERTY_SEED=7` takes it along other paths.
 * A failure prints its seed and its path, with the smallest counterexample that was found.
 */
export const propertySeed = Number(process.env['PROPERTY_SEED'] ?? 20_260_101);
export const propertyFactor = Number(process.env['PROPERTY_RUNS'] ?? 1);

/** The time that a test may take, in milliseconds: long, for a machine that does much else meanwhile. */
export const propertyTimeout = 600_000 * propertyFactor;

export function propertyParameters<Values>(runs: number): fc.Parameters<Values> {
  const numRuns = Math.ceil(runs * propertyFactor);
  // A short run is asked whether anything fails, not for the smallest example of it.
  return { seed: propertySeed, numRuns, endOnFailure: propertyFactor < 1 };
}
