/** Draws things other than fractions out of a random generator. */
export interface Draw {
  /** A draw from 0 (included) to 1 (excluded). */
  readonly fraction: () => number;
  chance(probability: number): boolean;
  /** A whole number; both ends are included. */
  whole(least: number, most: number): number;
  /** A whole number from 1 to `most`: as often from 1 to 10 as from 10 to 100. */
  scale(most: number): number;
  pick<Value>(values: readonly [Value, ...Value[]]): Value;
  /** A key, as often as its weight says. */
  weighted<Key extends string>(weights: Readonly<Record<Key, number>>): Key;
}

export function drawFrom(fraction: () => number): Draw {
  const whole = (least: number, most: number) => least + Math.floor(fraction() * (most - least + 1));
  return {
    fraction,
    whole,
    chance: (probability) => fraction() < probability,
    scale: (most) => Math.ceil(most ** fraction()),
    pick: (values) => values[whole(0, values.length - 1)] ?? values[0],
    weighted(weights) {
      const entries = Object.entries(weights) as [keyof typeof weights, number][];
      let left = fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [key, weight] of entries) {
        left -= weight;
        if (left < 0) return key;
      }
      throw new RangeError('There is nothing to draw from.');
    },
  };
}
