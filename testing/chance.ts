/**
 * The random numbers of a test clock, from 0 (included) to 1 (excluded): always the same number; a list, whose last
 * number is repeated; or a function.
 */
export type Chance = number | readonly number[] | (() => number);

/** The default. */
export const usualDraw = 0.5;

/** @throws TypeError when `random` is not a {@link Chance}. */
export function drawsOf(random: Chance): () => number {
  if (typeof random === 'function') return random;
  const rest = typeof random === 'number' ? [random] : [...random];
  if (rest.length === 0 || !rest.every(isDraw)) {
    throw new TypeError('`random` must be a number from 0 to below 1, a list of them, or a function.');
  }
  const [first = 0] = rest;
  return () => (rest.length > 1 ? rest.shift() : rest[0]) ?? first;
}

function isDraw(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value < 1;
}
