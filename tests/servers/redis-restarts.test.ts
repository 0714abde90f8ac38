import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/launch-chromium.ts';
import { needsPrograms } from '../support/programs.ts';
import { type Campaign, runCampaign } from './cluster/campaign.ts';
import { isLong } from './restarts.ts';

needsPrograms('nginx', 'redis-server', 'haproxy', 'caddy');

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(() => browser?.close());

const size = isLong ? { events: 2_000, clients: 50, pages: 10 } : { events: 210, clients: 8, pages: 2 };
const smaller = isLong ? { events: 800, clients: 20, pages: 4 } : { events: 80, clients: 4, pages: 1 };
const shorter = ['server 1 restarts', 'server 2 is killed', 'the proxy is reloaded'] as const;

const campaigns: readonly Campaign[] = [
  {
    proxy: 'nginx',
    ...size,
    disturbances: [
      'server 1 restarts',
      'server 2 restarts',
      'the proxy is reloaded',
      'server 1 is killed',
      'Redis restarts',
      'the proxy is reloaded',
    ],
  },
  { proxy: 'haproxy', ...smaller, disturbances: isLong ? [...shorter, 'Redis is killed'] : shorter },
  { proxy: 'caddy', ...smaller, disturbances: isLong ? [...shorter, 'the proxy is killed'] : shorter },
];

test.each(campaigns)(
  'nothing is lost or doubled behind $proxy, with $clients clients, $pages pages and $events events',
  async (campaign) => {
    const { counts, ...outcome } = await runCampaign(campaign, browser);
    console.log(`${campaign.proxy}: ${JSON.stringify({ ...campaign, ...counts })}`);
    expect(outcome).toEqual({
      lost: 0,
      doubled: 0,
      misplaced: 0,
      gaps: 0,
      statuses: ['open'],
      forgotten: 0,
      protocols: ['h2'],
    });
    expect(counts.logged).toBeGreaterThanOrEqual(campaign.events);
    expect(counts.received).toBe(counts.logged * (campaign.clients + campaign.pages));
    // At least each stream of a process that was stopped was opened anew.
    expect(counts.resumptions).toBeGreaterThanOrEqual(campaign.clients);
    expect(counts.slowestEnd).toBeLessThan(1_000);
  },
);
