/** The median of some figures, and their quartiles. */
export interface Spread {
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
}

/** The median and the quartiles, interpolated. */
export function spreadOf(figures: readonly number[]): Spread {
  const sorted = figures.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), lower: quantile(sorted, 0.25), upper: quantile(sorted, 0.75) };
}

function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const [below = Number.NaN, above = below] = sorted.slice(Math.floor(place));
  return below + (above - below) * (place % 1);
}

/** All items in each round, starting with another one each time, so that none always follows the same. */
export function* interleaved<Item>(items: readonly Item[], rounds: number): Generator<Item> {
  for (let round = 0; round < rounds; round += 1) {
    const first = round % items.length;
    yield* items.slice(first);
    yield* items.slice(0, first);
  }
}

/** For each round, the ratio of a figure to that of the limit. */
export function ratiosTo<Figure extends string>(
  limits: readonly Record<Figure, number>[],
  own: readonly Record<Figure, number>[],
  figure: Figure,
): Spread {
  return spreadOf(own.map((report, round) => report[figure] / (limits[round]?.[figure] ?? Number.NaN)));
}
