import { busiestWindow, sum, window } from '../simulation/figures.ts';
import { ownPolicy, type Policy, policyCalled } from '../simulation/policies.ts';
import { simulateEndings } from '../simulation/simulate.ts';
import { study } from '../simulation/study.ts';
import { documented } from './deploy-tables.ts';
import { markdownTable, percent, seconds } from './format.ts';

/** The times that a server asks clients to wait with the `retry:` of its streams, in milliseconds; null for nothing. */
const paces = [null, 10, 200, 1_000, 3_000, 5_000] as const;

const minute = 60_000;

/** How long the streams last that a server ends on purpose, in milliseconds. */
const lasts = 10_000;

function atPace(retry: number | null): Policy {
  const title = retry === null ? 'no `retry:`' : `\`retry: ${retry}\``;
  return ownPolicy({ id: title, title }, {}, retry);
}

/** Our clients in a deploy of a server that says how long to wait. */
export function paceTable(): string {
  const rows = paces.map((retry) => {
    const policy = atPace(retry);
    const [short, long] = [15_000, minute].map((deploy) =>
      study({ policy, clients: 40_000, seed: documented.seed, deploy }),
    );
    return { policy, short, long };
  });
  return markdownTable(
    [
      { title: 'the streams said', cell: ({ policy }) => policy.title },
      { title: 'waits', cell: ({ policy }) => policy.waits.replace(/;.*/, '') },
      { title: '15 s: peak before', cell: ({ short }) => percent(short?.outagePeak ?? 0) },
      { title: 'after', cell: ({ short }) => percent(short?.returnPeak ?? 0) },
      { title: '50 % back', cell: ({ short }) => seconds(short?.backAfter[50] ?? null) },
      { title: 'gave up', cell: ({ short }) => percent(short?.gaveUp ?? 0) },
      { title: '60 s: after', cell: ({ long }) => percent(long?.returnPeak ?? 0) },
      { title: 'gave up', cell: ({ long }) => percent(long?.gaveUp ?? 0) },
    ],
    rows,
  );
}

/** The load of a server that ends every stream itself: ours at its pace, and clients that wait for just as long. */
export function endingsTable(): string {
  const clients = 20_000;
  const own = paces.map((retry) => ({ ...atPace(retry), title: `sse-machine, ${atPace(retry).title}` }));
  const others = ['constant-1', 'constant-3', 'constant-5'].map(policyCalled);
  const rows = [...own, ...others].map((policy) => {
    const scene = { policy, clients, seed: documented.seed, lasts, until: 60 * minute };
    const attempts = simulateEndings(scene);
    const peakIn = (nth: number) =>
      busiestWindow(attempts.subarray((nth - 1) * minute, nth * minute)) / clients;
    return { policy, peakIn, perClient: sum(attempts) / clients };
  });
  return markdownTable(
    [
      { title: 'policy', cell: ({ policy }) => policy.title },
      { title: 'attempts per client and minute', cell: ({ perClient }) => (perClient / 60).toFixed(1) },
      ...[1, 10, 60].map((nth) => ({
        title: `busiest 100 ms of minute ${nth}`,
        cell: ({ peakIn }: (typeof rows)[number]) => percent(peakIn(nth)),
      })),
      {
        title: 'if all were spread evenly',
        cell: ({ perClient }) => percent((perClient * window) / (60 * minute)),
      },
    ],
    rows,
  );
}
