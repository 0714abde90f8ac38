import { perWindow, window } from '../simulation/figures.ts';
import type { Run } from '../simulation/simulate.ts';
import type { Result } from '../simulation/study.ts';
import { count, percent, seconds } from '../tables/format.ts';
import { bars, element, label, picture, rule, width } from './svg.ts';

const [left, right] = [232, 646];
const [top, rowHeight, barHeight] = [62, 44, 34];
const columns = { before: 698, after: 754, back: width - 14 };

/** The share of the clients at which a bar is cut off; its row says how high it is. */
const ceiling = 0.25;

/** One row for each policy over a shared time: attempts per 100 ms, as a share of the clients. */
export function herdPlot(results: readonly Result[], end: number): string {
  const [{ run: { clients = 0, deploy = 0 } = {} } = {}] = results;
  const bottom = top + results.length * rowHeight;
  const x = (ms: number) => left + ((right - left) * ms) / end;

  const rows = results.flatMap(({ policy, run, outagePeak, returnPeak, backAfter }, n) => {
    const base = top + (n + 1) * rowHeight;
    const kind = policy.source === undefined ? 'own' : 'peer';
    const figure = (text: string, at: number) =>
      label(text, { x: at, y: base - 8, kind: `${kind} figure`, anchor: 'end' });
    return [
      label(policy.title, { x: 14, y: base - 16, kind: `${kind} name` }),
      label(policy.waits, { x: 14, y: base - 3, kind: 'muted' }),
      rule(left, base, right, base, 'grid'),
      load(run, base, end),
      figure(peak(outagePeak), columns.before),
      figure(peak(returnPeak), columns.after),
      figure(seconds(backAfter[99]), columns.back),
    ];
  });
  const ticks = tickTimes(end).flatMap((at) => [
    rule(x(at), bottom, x(at), bottom + 4, 'grid'),
    label(`${at / 1_000}${at === 0 ? ' s' : ''}`, {
      x: x(at),
      y: bottom + 17,
      kind: 'muted',
      anchor: 'middle',
    }),
  ]);

  return picture(
    `Connection attempts per 100 ms of ${count(clients)} clients whose server is away for ${deploy / 1_000} s`,
    bottom + 44,
    [
      element('rect', { x: left, y: top, width: x(deploy) - left, height: bottom - top, class: 'away' }),
      ...rows,
      rule(x(deploy), top - 6, x(deploy), bottom, 'edge'),
      label('the server is away', {
        x: (left + x(deploy)) / 2,
        y: top - 10,
        kind: 'muted',
        anchor: 'middle',
      }),
      label('it is back', { x: x(deploy) + 6, y: top - 10, kind: 'muted' }),
      label(`attempts per 100 ms; a bar of full height is ${percent(ceiling)} of the clients or more`, {
        x: left,
        y: 20,
        kind: 'muted',
      }),
      label('busiest 100 ms', { x: columns.after, y: 20, kind: 'muted', anchor: 'end' }),
      label('before', { x: columns.before, y: top - 10, kind: 'muted', anchor: 'end' }),
      label('after', { x: columns.after, y: top - 10, kind: 'muted', anchor: 'end' }),
      label('99 % are', { x: columns.back, y: 20, kind: 'muted', anchor: 'end' }),
      label('back after', { x: columns.back, y: top - 10, kind: 'muted', anchor: 'end' }),
      ...ticks,
      label('seconds since the drop', {
        x: (left + right) / 2,
        y: bottom + 34,
        kind: 'muted',
        anchor: 'middle',
      }),
    ],
  );
}

function peak(share: number): string {
  return share === 0 ? 'none' : percent(share);
}

/** Several bars may share a pixel: the highest is drawn. */
function load({ attempts, clients, policy }: Run, base: number, end: number): string {
  const each = Math.ceil(end / window / (right - left));
  const shares = perWindow(attempts, end).map((n) => Math.min(ceiling, n / clients));
  const heights = Array.from(
    { length: Math.ceil(shares.length / each) },
    (_, n) => (barHeight * Math.max(...shares.slice(n * each, (n + 1) * each))) / ceiling,
  );
  const step = (right - left) / heights.length;
  return bars(heights, { x: left, y: base, step, kind: policy.source === undefined ? 'own' : 'peer' });
}

/** At most a dozen, at round times. */
export function tickTimes(end: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100].find((each) => end / 1_000 / each <= 12) ?? 200;
  return Array.from({ length: Math.floor(end / 1_000 / step) + 1 }, (_, n) => n * step * 1_000);
}
