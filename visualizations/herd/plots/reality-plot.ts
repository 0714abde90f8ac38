import type { Agreement } from '../reality/agreement.ts';
import { cumulative, window } from '../simulation/figures.ts';
import { count } from '../tables/format.ts';
import { tickTimes } from './herd-plot.ts';
import { bars, curve, element, label, picture, rule, width } from './svg.ts';

const [left, right] = [62, width - 20];
const rate = { top: 44, bottom: 204 };
const share = { top: 250, bottom: 410 };

/** How many milliseconds a bar stands for. */
const each = 200;

/** The measured and the simulated attempts: above over time, below as running totals. */
export function realityPlot({ measurement, simulated }: Agreement): string {
  const { clients, seconds, attempts } = measurement;
  const end = 3_000 * seconds;
  const step = ((right - left) * each) / end;
  const x = (ms: number) => left + ((right - left) * ms) / end;
  const seen = perBar(attempts, end);
  const expected = perBar(simulated, end);
  const most = 50 * Math.ceil(Math.max(...seen, ...expected) / 50);
  const height = (n: number) => ((rate.bottom - rate.top) * n) / most;
  const part = (n: number) => (share.bottom - share.top) * n;

  return picture(
    `${count(clients)} real connections through a restart of ${seconds} s, against the simulation`,
    share.bottom + 44,
    [
      ...[rate, share].map(({ top, bottom }) =>
        element('rect', {
          x: left,
          y: top,
          width: x(1_000 * seconds) - left,
          height: bottom - top,
          class: 'away',
        }),
      ),
      label(`attempts per ${each} ms`, { x: 14, y: 20, kind: 'muted' }),
      label('the server is away', {
        x: (left + x(1_000 * seconds)) / 2,
        y: rate.top - 8,
        kind: 'muted',
        anchor: 'middle',
      }),
      label('it is back', { x: x(1_000 * seconds) + 6, y: rate.top - 8, kind: 'muted' }),
      ...[0, most / 2, most].flatMap((n) => axis(String(n), rate.bottom - height(n))),
      bars(seen.map(height), { x: left, y: rate.bottom, step, kind: 'own' }),
      curve(expected.map(height), { x: left + step / 2, y: rate.bottom, step, kind: 'line' }),
      label('measured', { x: x(end * 0.14), y: rate.top + 34, kind: 'second' }),
      label('simulated', { x: x(end * 0.14), y: rate.top + 50, kind: 'line' }),

      label('share of all attempts so far', { x: 14, y: share.top - 14, kind: 'muted' }),
      ...[0, 0.5, 1].flatMap((n) => axis(`${100 * n} %`, share.bottom - part(n))),
      curve(perBarShare(attempts, end).map(part), { x: left, y: share.bottom, step, kind: 'second' }),
      curve(perBarShare(simulated, end).map(part), { x: left, y: share.bottom, step, kind: 'line' }),
      ...[rate, share].map(({ top, bottom }) =>
        rule(x(1_000 * seconds), top, x(1_000 * seconds), bottom, 'edge'),
      ),
      ...tickTimes(end).map((at) =>
        label(`${at / 1_000}${at === 0 ? ' s' : ''}`, {
          x: x(at),
          y: share.bottom + 17,
          kind: 'muted',
          anchor: 'middle',
        }),
      ),
      label('seconds since the drop', {
        x: (left + right) / 2,
        y: share.bottom + 34,
        kind: 'muted',
        anchor: 'middle',
      }),
    ],
  );
}

function axis(text: string, y: number): string[] {
  return [
    rule(left, y, right, y, 'grid'),
    label(text, { x: left - 8, y: y + 4, kind: 'muted', anchor: 'end' }),
  ];
}

function perBar(counts: readonly number[], end: number): number[] {
  const wide = each / window;
  return Array.from({ length: end / each }, (_, n) =>
    counts.slice(n * wide, (n + 1) * wide).reduce((sum, one) => sum + one, 0),
  );
}

/** At the edges of the bars, from nothing to everything. */
function perBarShare(counts: readonly number[], end: number): number[] {
  const shares = cumulative(counts);
  return Array.from({ length: end / each + 1 }, (_, n) =>
    n === 0 ? 0 : (shares[(n * each) / window - 1] ?? 1),
  );
}
