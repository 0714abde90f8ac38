/** How far an attempt is when its component goes away. */
export type Moment = 'unsent' | 'connecting' | 'backoff' | 'message';

/** Most often the stream is open and has delivered. */
const moments: readonly Moment[] = [
  'message',
  'message',
  'unsent',
  'message',
  'connecting',
  'message',
  'message',
  'backoff',
  'message',
  'message',
];

/** The moment that a cycle ends at. */
export function momentOf(cycle: number): Moment {
  return moments[cycle % moments.length] ?? 'message';
}

export function countMoments(given: readonly Moment[]): Record<Moment, number> {
  const counts = { unsent: 0, connecting: 0, backoff: 0, message: 0 };
  for (const moment of given) counts[moment] += 1;
  return counts;
}
