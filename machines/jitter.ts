/**
 * How a delay `d` is spread.
 * `full`: uniform in 0..d. `equal`: uniform in d/2..d. `none`: d itself.
 * `decorrelated`: uniform between the first delay and three times the one before, within the cap.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export const jitterKinds = ['full', 'equal', 'decorrelated', 'none'] as const;

/** The kinds as a person writes them, for the rules of options. */
export const jitterWords = jitterKinds.map((kind): `'${JitterKind}'` => `'${kind}'`);

/** One of {@link jitterKinds}. */
export type JitterKind = (typeof jitterKinds)[number];

/** What the spread of a delay depends on, in milliseconds. */
interface JitterSettings {
  readonly jitter: JitterKind;
  readonly retryDelay: number;
  readonly maxRetryDelay: number;
}

/**
 * Spreads a delay.
 *
 * @param delay The delay before jitter, in milliseconds.
 * @param random A draw from 0 (included) to 1 (excluded).
 * @param previous What the retry before this one drew, in milliseconds; 0 for the first.
 */
export function withJitter(
  settings: JitterSettings,
  { delay, random, previous }: { delay: number; random: number; previous: number },
): number {
  switch (settings.jitter) {
    case 'none':
      return delay;
    case 'equal':
      return delay / 2 + (delay / 2) * random;
    case 'decorrelated': {
      const base = Math.min(settings.retryDelay, settings.maxRetryDelay);
      const most = Math.min(settings.maxRetryDelay, 3 * Math.max(base, previous));
      return base + (most - base) * random;
    }
    default:
      return delay * random;
  }
}
