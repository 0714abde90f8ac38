import { leastProofTime } from '../../machines/connection.ts';
import { defaultSettings } from '../../machines/settings.ts';

/** The length of a delay of a connection, in words, with the default settings. */
export function delayWords(delay: string, source: string): string {
  const { stableAfter, retryDelay, retryFactor, maxRetryDelay } = defaultSettings;
  if (delay === 'stableAfter') return seconds(stableAfter);
  if (delay === 'proofTime') return `${seconds(leastProofTime)} or more`;
  if (source === 'backoff.offline') return `${maxRetryDelay / 2_000} to ${seconds(maxRetryDelay)}`;
  const [first, second, third] = [0, 1, 2].map((retries) => (retryDelay * retryFactor ** retries) / 1_000);
  return `0 to ${first}, ${second}, ${third} … ${seconds(maxRetryDelay)}`;
}

export function seconds(milliseconds: number): string {
  return `${milliseconds / 1_000} s`;
}
