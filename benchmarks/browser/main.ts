import { once } from 'node:events';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright';
import packageJson from '../../package.json' with { type: 'json' };
import { launchChromium } from '../../tests/support/launch-chromium.ts';
import { installPeers } from '../install-peers.ts';
import { start } from '../processes.ts';
import { circumstances, writeSection } from '../report/performance-page.ts';
import { markdown, type Table } from '../report/table.ts';
import { rendering } from './rendering.ts';
import { crowd, throughput } from './throughput.ts';

export interface BrowserBenchOptions {
  readonly rounds: number;
  /** A fifth of the messages, a second of each load: for a look, not for a table to keep. */
  readonly quick: boolean;
  /** The factor by which the processor of the page is slowed down; 4 is like a phone. */
  readonly throttle: number;
  /** The only load to render, in messages a second; each of them when it is left out. */
  readonly rate?: number | undefined;
}

type Section = (browser: Browser, origin: string, options: BrowserBenchOptions) => AsyncIterable<Table>;

const sections: Record<string, Section> = { throughput, crowd, render: rendering };

const { values } = parseArgs({
  options: {
    /** The section to measure; each of them when it is left out. */
    only: { type: 'string' },
    rounds: { type: 'string' },
    rate: { type: 'string' },
    throttle: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
    /** Puts the tables into docs/performance.md, unless the processor is made slower. */
    write: { type: 'boolean', default: false },
  },
});
const { only, quick, write } = values;
const rate = values.rate === undefined ? undefined : Number(values.rate);
const throttle = Number(values.throttle);
const rounds = Number(values.rounds ?? (quick ? 3 : 7));
if (only !== undefined && !Object.hasOwn(sections, only)) {
  throw new RangeError(`There is no ${only}. There are ${Object.keys(sections).join(', ')}.`);
}

installPeers();
const server = start('browser/server.ts');
const [{ port }] = await once(server, 'message');
const browser = await launchChromium();
const { react, vue } = packageJson.devDependencies;
const where = `Chromium ${browser.version()}, React ${react}, Vue ${vue}. ${circumstances()}`;

for (const [name, measure] of Object.entries(sections)) {
  if (only !== undefined && only !== name) continue;
  const tables: Table[] = [];
  for await (const table of measure(browser, `http://127.0.0.1:${port}`, {
    quick,
    rounds,
    rate,
    throttle,
  })) {
    console.log(markdown(table));
    tables.push(table);
  }
  if (write && throttle === 1) writeSection(`browser-${name}`, tables, `${rounds} rounds, ${where}`);
}
console.log(where);

await browser.close();
server.kill();
