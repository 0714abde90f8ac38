/** The input of a spread. All but `random` is in milliseconds. */
interface Draw {
  /** The delay before jitter. */
  readonly delay: number;
  /** From 0 (included) to 1 (excluded). */
  readonly random: number;
  /** `retryDelay` and `maxRetryDelay`. */
  readonly first: number;
  readonly longest: number;
  /** The result for the retry before this one; 0 for the first. */
  readonly previous: number;
}

/** The kinds of jitter, and how each spreads a delay. */
const spreads = {
  /** Uniform between nothing and the delay. */
  full: ({ delay, random }) => delay * random,
  /** Uniform between half of the delay and all of it. */
  equal: ({ delay, random }) => delay / 2 + (delay / 2) * random,
  /** Uniform between the first delay and three times the one before, within the longest. */
  decorrelated({ random, first, longest, previous }) {
    const base = Math.min(first, longest);
    const most = Math.min(longest, 3 * Math.max(base, previous));
    return base + (most - base) * random;
  },
  /** The delay itself. */
  none: ({ delay }) => delay,
} satisfies Record<string, (draw: Draw) => number>;

/**
 * How a delay `d` is spread at random. `full`: uniform in 0..d. `equal`: uniform in d/2..d. `none`: d itself.
 * `decorrelated`: uniform between the first delay and three times the one before, within the cap.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export type JitterKind = keyof typeof spreads;

/** Every {@link JitterKind}. */
export const jitterKinds = Object.keys(spreads) as readonly JitterKind[];

/** The settings that the spread of a delay depends on, in milliseconds. */
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
 * @param previous The result for the retry before this one, in milliseconds; 0 for the first.
 */
export function withJitter(
  { jitter, retryDelay, maxRetryDelay }: JitterSettings,
  draw: { readonly delay: number; readonly random: number; readonly previous: number },
): number {
  return spreads[jitter]({ ...draw, first: retryDelay, longest: maxRetryDelay });
}
