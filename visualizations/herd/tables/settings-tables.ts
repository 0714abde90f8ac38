import type { GivenSettings } from '../../../machines/settings.ts';
import { defaultPolicy, ownPolicy, type Policy } from '../simulation/policies.ts';
import { simulate } from '../simulation/simulate.ts';
import { type Result, study } from '../simulation/study.ts';
import { documented } from './deploy-tables.ts';
import { markdownTable, percent, seconds } from './format.ts';

const variants = [
  defaultPolicy,
  variant('jitter: equal', { jitter: 'equal' }),
  variant('jitter: decorrelated', { jitter: 'decorrelated' }),
  variant('retryDelay: 2_000', { retryDelay: 2_000 }),
  variant('retryDelay: 3_000', { retryDelay: 3_000 }),
  variant('retryDelay: 5_000', { retryDelay: 5_000 }),
  variant('first wait 0–3 s, then the defaults', {}, 3_000),
  variant('equal, retryDelay: 2_000', { jitter: 'equal', retryDelay: 2_000 }),
  variant('decorrelated, retryDelay: 2_000', { jitter: 'decorrelated', retryDelay: 2_000 }),
  variant('maxRetryDelay: 10_000, maxRetries: 24', { maxRetryDelay: 10_000, maxRetries: 24 }),
];

/** The table of what other settings would give, and at what price. Without an outage the first wait is all there is. */
export function variantsTable(): string {
  const rows = variants.map((policy) => {
    const [none, short, middle] = [0, 5, 15].map((length) =>
      study({ ...documented, policy, deploy: length * 1_000 }),
    ) as [Result, Result, Result];
    return { policy, none, short, middle };
  });
  return markdownTable(
    [
      {
        title: 'settings',
        cell: ({ policy, none }) => (none.policy === defaultPolicy ? 'the defaults' : policy.title),
      },
      { title: 'no outage: peak', cell: ({ none }) => percent(none.returnPeak) },
      { title: '50 % back', cell: ({ none }) => seconds(none.backAfter[50]) },
      { title: '5 s: peak before', cell: ({ short }) => percent(short.outagePeak) },
      { title: 'after', cell: ({ short }) => percent(short.returnPeak) },
      { title: '50 % back', cell: ({ short }) => seconds(short.backAfter[50]) },
      { title: '99 % back', cell: ({ short }) => seconds(short.backAfter[99]) },
      { title: '15 s: after', cell: ({ middle }) => percent(middle.returnPeak) },
      { title: '50 % back', cell: ({ middle }) => seconds(middle.backAfter[50]) },
      { title: '99 % back', cell: ({ middle }) => seconds(middle.backAfter[99]) },
      { title: 'attempts', cell: ({ middle }) => middle.requests.toFixed(1) },
    ],
    rows,
  );
}

/** The share of 20,000 clients that have given up before the server is back, by the retries that they have. */
export function budgetTable(): string {
  const clients = 20_000;
  const gaveUp = (maxRetries: number, length: number) => {
    const policy = variant('', { maxRetries });
    return simulate({ policy, clients, deploy: length * 1_000, seed: documented.seed }).gaveUp / clients;
  };
  return markdownTable(
    [
      { title: '`maxRetries`', cell: String },
      ...[15, 30, 60, 120, 300].map((length) => ({
        title: `${length} s`,
        cell: (maxRetries: number) => percent(gaveUp(maxRetries, length)),
      })),
    ],
    [8, 10, 12, 16, 24, 32],
  );
}

function variant(title: string, given: GivenSettings, firstWait?: number): Policy {
  const policy = ownPolicy({ id: title, title: `\`${title}\`` }, given);
  if (firstWait === undefined) return policy;
  return {
    ...policy,
    title,
    delay: (retries, previous, random) =>
      retries === 0 ? firstWait * random : policy.delay(retries, previous, random),
  };
}
