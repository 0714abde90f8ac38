import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/launch-chromium.ts';
import { type Leftovers, runCampaign } from './campaign.ts';
import { countMoments, momentOf } from './moments.ts';
import { bundlePage } from './server.ts';

// The long version: `npm run test:leaks`, which has 1 000.
const cycles = Number(process.env['LEAK_CYCLES'] ?? 200);
const warmUp = 100;

/**
 * In bytes per cycle: less than a closure that is kept, and a connection that is kept costs some 20 000. Without
 * a leak it is less than 2.
 */
const noise = 32;

const rows = [
  { name: 'React', mount: 'react', mode: 'production' },
  // Strict Mode does nothing in production.
  { name: 'React, Strict Mode', mount: 'react-strict-mode', mode: 'development' },
  { name: 'React, <Activity>', mount: 'react-activity', mode: 'production' },
  { name: 'Vue', mount: 'vue', mode: 'production' },
  { name: 'Vue, <KeepAlive>', mount: 'vue-keep-alive', mode: 'production' },
] as const;

let browser: Browser;
const table: string[] = [];

beforeAll(async () => {
  // The machine code that V8 makes of the page would fill its heap for the first thousand cycles.
  browser = await launchChromium('--js-flags=--jitless');
});

afterAll(async () => {
  await browser?.close();
  console.log([line('', 'cycles', 'sockets', 'timers', 'listeners', 'B/cycle'), ...table].join('\n'));
});

describe(`shown and hidden ${cycles} times, a component leaves nothing behind`, () => {
  test.each(rows)(
    '$name',
    async ({ name, mount, mode }) => {
      const left = await runCampaign(browser, { script: await bundlePage(mode), mount, warmUp, cycles });
      table.push(lineOf(name, left));

      const { heapPerCycle, ...rest } = left;
      const sent = Array.from({ length: warmUp + cycles }, (_, cycle) => momentOf(cycle)).filter(
        (moment) => moment !== 'unsent',
      );
      expect
        .soft(rest)
        .toEqual({ sockets: 0, timers: 0, listeners: 0, requests: countMoments(sent), errors: [] });
      expect.soft(heapPerCycle, 'bytes per cycle').toBeLessThan(noise);
    },
    120_000 + 100 * cycles,
  );
});

function lineOf(name: string, { sockets, timers, listeners, heapPerCycle }: Leftovers): string {
  return line(name, cycles, sockets, timers, listeners, heapPerCycle.toFixed(1));
}

function line(name: string, ...cells: (string | number)[]): string {
  return name.padEnd(20) + cells.map((cell) => String(cell).padStart(10)).join('');
}
