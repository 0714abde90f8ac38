/**
 * The growth of a measure: the median of the slopes between all pairs of points (Theil and Sen). A single step,
 * as when the browser compiles a function for the first time, is not taken for growth.
 */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const slopes = points.flatMap(([x, y], at) => points.slice(0, at).map(([x0, y0]) => (y - y0) / (x - x0)));
  slopes.sort((one, other) => one - other);
  return slopes[Math.floor(slopes.length / 2)] ?? Number.NaN;
}
