import { slotOf } from '../../protocol/fleet-frame.ts';
import { shownSlots } from './fleet-feed.ts';

/** The attempts of the last half minute, on a grid as wide as there are slots and 100 high. */
export interface Histogram {
  /** A bar for each slot. */
  readonly path: string;
  /** The most attempts in a slot. */
  readonly peak: number;
  /** Where the peak is, from 0 (left) to 1 (right). */
  readonly at: number;
}

export function peakOf(attempts: ReadonlyMap<number, number>, now: number): number {
  const first = slotOf(now) - shownSlots;
  return Math.max(0, ...[...attempts].map(([slot, count]) => (slot >= first ? count : 0)));
}

/** @param most What the whole height stands for: the same for all that are to be compared. */
export function histogramOf(attempts: ReadonlyMap<number, number>, now: number, most: number): Histogram {
  const first = slotOf(now) - shownSlots;
  const shown = [...attempts].filter(([slot]) => slot >= first);
  const peak = peakOf(attempts, now);
  const highest = shown.find(([, count]) => count === peak)?.[0] ?? first;
  const bars = shown.map(([slot, count]) => {
    const height = (100 * count) / Math.max(1, most);
    return `M${slot - first} 100v-${height.toFixed(1)}h1v${height.toFixed(1)}z`;
  });
  return { path: bars.join(''), peak, at: (highest - first) / shownSlots };
}
