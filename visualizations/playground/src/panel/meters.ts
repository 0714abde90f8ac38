import { bytes, percent, rate } from './format.ts';
import { type Recording, shownValues } from './recorder.ts';

/** A small graphic with its figures, on a grid of 100 × 32. */
export interface Meter {
  readonly title: string;
  readonly value: string;
  readonly detail: string;
  /** An area with a line on top. */
  readonly area?: { readonly fill: string; readonly line: string };
  readonly bars?: readonly Bar[];
}

export interface Bar {
  readonly x: number;
  readonly width: number;
  /** From 0 to 1. */
  readonly share: number;
}

/** The meters of the machine, as both panels draw them. */
export function metersOf({ cores, load, memory, loop, network, last }: Recording): Meter[] {
  const { memory: space, network: traffic, 'event-loop': lateness } = last;
  const { rss = 0 } = space ?? {};
  const { mean = 0, max = 0 } = lateness ?? {};
  const { received = 0, sent = 0, source = none } = traffic ?? {};
  return [
    {
      title: 'CPU',
      value: cores.length > 0 ? percent(load.at(-1) ?? 0) : none,
      detail: cores.length === 1 ? 'its one core' : `a bar for each of ${cores.length || 'its'} cores`,
      bars: barsOf(cores),
    },
    {
      title: 'Memory',
      value: space ? percent(memory.at(-1) ?? 0) : none,
      detail: `this server ${space ? bytes(rss) : none}`,
      area: areaOf(memory, 1),
    },
    {
      title: 'Event loop',
      value: lateness ? `${max.toFixed(1)} ms` : none,
      detail: `worst; mean ${lateness ? `${mean.toFixed(1)} ms` : none}`,
      area: areaOf(loop, Math.max(5, ...loop)),
    },
    {
      title: 'Network',
      value: traffic ? rate(received + sent) : none,
      detail: source,
      area: areaOf(network, Math.max(10_000, ...network)),
    },
  ];
}

/** Stands for a value that did not come yet. */
const none = '–';

const slots = shownValues;

function areaOf(values: readonly number[], most: number): { fill: string; line: string } {
  const first = slots - values.length;
  const points = values.map((value, index) => {
    const x = (100 * (first + index)) / (slots - 1);
    const y = 31 - 30 * Math.min(1, value / most);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  if (points.length === 0) return { fill: '', line: '' };
  const left = ((100 * first) / (slots - 1)).toFixed(1);
  return { line: `M${points.join('L')}`, fill: `M${left} 32L${points.join('L')}L100 32Z` };
}

function barsOf(shares: readonly number[]): Bar[] {
  const step = 100 / Math.max(1, shares.length);
  const width = step * (shares.length > 12 ? 0.85 : 0.94);
  return shares.map((share, index) => ({ x: index * step, width, share: Math.min(1, Math.max(0, share)) }));
}
