import { policies } from '../simulation/policies.ts';
import { type Result, study } from '../simulation/study.ts';
import { type Column, count, markdownTable, percent, seconds } from './format.ts';

/** Clients, seed and deploys of the documentation, so that its figures are the same wherever they are made. */
export const documented = { clients: 100_000, seed: 1, deploys: [5, 15, 60] } as const;

/** The table of one deploy, on the terminal and in the documentation. */
export const deployColumns: readonly Column<Result>[] = [
  { title: 'policy', cell: ({ policy }) => policy.title },
  { title: 'attempts per client', cell: ({ requests }) => requests.toFixed(1) },
  { title: 'busiest 100 ms before', cell: ({ outagePeak }) => percent(outagePeak) },
  { title: '÷ mean', cell: ({ peakToMean }) => peakToMean.toFixed(1) },
  { title: 'busiest 100 ms after', cell: ({ returnPeak }) => percent(returnPeak) },
  ...([50, 95, 99, 100] as const).map((share) => ({
    title: `${share} % back`,
    cell: ({ backAfter }: Result) => seconds(backAfter[share]),
  })),
  { title: 'gave up', cell: ({ gaveUp }) => percent(gaveUp) },
];

/** The same in Markdown. */
export function deployTable(results: readonly Result[]): string {
  return markdownTable(deployColumns, results);
}

/** All policies through one deploy of so many seconds. */
export function deployOf(length: number): Result[] {
  return policies.map((policy) => study({ ...documented, policy, deploy: length * 1_000 }));
}

/** The figure to quote: our peak as a share of every other one, for each of the deploys. */
export function comparison(deploys: ReadonlyMap<number, readonly Result[]>): string {
  const table = markdownTable(
    [
      { title: 'our peak is, of that of', cell: ({ title }) => title },
      ...[...deploys].flatMap(([length, results]) => [
        { title: `${length} s, before`, cell: ratioIn(results, 'outagePeak') },
        { title: `${length} s, after`, cell: ratioIn(results, 'returnPeak') },
      ]),
    ],
    policies.filter(({ id }) => id !== 'default' && id !== 'forever'),
  );
  return [table, ...[...deploys].flatMap(([length, results]) => caveat(length, results))].join('\n\n');
}

/** Clients that gave up cause no load. The text says so, because without it the peak would look better than it is. */
function caveat(length: number, results: readonly Result[]): string[] {
  const [limited, endless] = ['default', 'forever'].map((id) => resultOf(results, id));
  if (!limited || !endless || limited.gaveUp < 0.01) return [];
  const shares = `${percent(limited.returnPeak)} of the clients, and ${percent(endless.returnPeak)} without a limit of retries`;
  return [
    `After ${length} s this flatters us, for ${percent(limited.gaveUp)} of our clients have given up by then: the busiest\n` +
      `100 ms bring ${shares}.`,
  ];
}

function ratioIn(results: readonly Result[], peak: 'outagePeak' | 'returnPeak') {
  const peakOf = (wanted: string) => resultOf(results, wanted)?.[peak] ?? 0;
  return ({ id }: { id: string }) =>
    peakOf(id) === 0 ? 'none came' : percent(peakOf('default') / peakOf(id));
}

/** The same in a sentence, for one deploy. */
export function headline(results: readonly Result[]): string {
  const [own, constant] = ['default', 'constant-3'].map((id) => resultOf(results, id));
  if (!own || !constant) throw new RangeError('There is nothing to compare.');
  const attempts = (share: number) => count(Math.round(share * documented.clients));
  return [
    `**${count(documented.clients)} clients lose their stream to a deploy of ${own.run.deploy / 1_000} s.`,
    `Clients with a constant delay all come at once, before the restart and after it.`,
    `Of that, our defaults bring ${percent(own.outagePeak / constant.outagePeak)} in the busiest 100 ms before it`,
    `(${attempts(own.outagePeak)} attempts), and ${percent(own.returnPeak / constant.returnPeak)} in the busiest 100 ms`,
    `after it (${attempts(own.returnPeak)}).**`,
  ].join('\n');
}

function resultOf(results: readonly Result[], id: string): Result | undefined {
  return results.find(({ policy }) => policy.id === id);
}

/** How many connections per second the server takes that cannot take all at once: everyone, in ten seconds. */
const capacity = documented.clients / 10;

/** All policies against a server that needs ten seconds for everyone, at best. */
export function capacityTable(): string {
  const wanted = [
    'policy',
    'attempts per client',
    '50 % back',
    '95 % back',
    '99 % back',
    '100 % back',
    'gave up',
  ];
  return markdownTable(
    deployColumns.filter(({ title }) => wanted.includes(title)),
    policies.map((policy) => study({ ...documented, policy, deploy: 15_000, capacity })),
  );
}
