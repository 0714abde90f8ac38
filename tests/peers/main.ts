import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../package/built.ts';
import { launchChromium } from '../support/launch-chromium.ts';
import { bundleClients } from './bundle.ts';
import { costs } from './costs.ts';
import { installPeers } from './install.ts';
import { type PeerName, peerNames, peerOf } from './peers.ts';
import { type Cell, type Cost, type Results, readResults, resultsFile } from './results.ts';
import { type Row, rowNames } from './rows.ts';
import { type Scenario, type Seen, scenarios } from './scenarios.ts';
import { startServer } from './server.ts';
import { writePages } from './tables.ts';
import { TooBusy } from './too-busy.ts';
import { inTrial, type Tools } from './trial.ts';

// npm run test:peers [-- --write] [<client> …] [<row> …]
// Tries each client, and fails where a cell is not what docs/compare says; with --write it writes these files.

const words = process.argv.slice(2);
const unknown = words.filter((word) => word !== '--write' && !isPeer(word) && !isRow(word));
if (unknown.length > 0) {
  throw new Error(
    `No client and no row: ${unknown.join(', ')}. Clients: ${peerNames.join(', ')}. Rows: ${rowNames.join(', ')}.`,
  );
}
const chosenPeers = words.filter(isPeer);
const chosenRows = words.filter(isRow);

const folders = installPeers();
const files = await bundleClients(folders);
const folder = await mkdtemp(join(tmpdir(), 'peers-'));
for (const peer of peerNames)
  await writeFile(join(folder, `${peer}.mjs`), files.get(`/node/${peer}.js`) ?? '');
const browser = await launchChromium();
/** Which the machine was too busy to tell: they stay as they were. */
const undecided: string[] = [];
const cells: Partial<Record<PeerName, Partial<Record<Row, Cell>>>> = {};
try {
  await using server = await startServer(files);
  const context = await browser.newContext();
  for (const peer of chosenPeers.length > 0 ? chosenPeers : peerNames) {
    const wanted = scenarios.filter(
      ({ rows }) => chosenRows.length === 0 || rows.some((row) => chosenRows.includes(row)),
    );
    const tools = { context, server, files, folder };
    const all = await Promise.all(
      wanted.filter(({ isTimed }) => !isTimed).map((scenario) => decide(peer, scenario, tools)),
    );
    for (const scenario of wanted.filter(({ isTimed }) => isTimed)) {
      try {
        all.push(await decide(peer, scenario, tools));
      } catch (error) {
        if (!(error instanceof TooBusy)) throw error;
        undecided.push(`${peer}: ${scenario.rows.join(', ')}`);
      }
    }
    cells[peer] = Object.assign({}, ...all);
    console.log(`\n${peerOf(peer).name}`);
    for (const [row, { answer, by, seen }] of Object.entries(cells[peer] ?? {})) {
      console.log(`  ${row.padEnd(16)} ${[answer, by].filter(Boolean).join(' ').padEnd(30)} ${seen}`);
    }
  }
} finally {
  await browser.close();
  await rm(folder, { recursive: true });
}

const before = readResults();
const results: Results = {
  chromium: browser.version().split('.')[0] ?? '',
  versions: Object.fromEntries(peerNames.map((peer) => [peer, peerOf(peer).version])),
  cells: Object.fromEntries(
    peerNames.map((peer) => [peer, { ...before?.cells[peer], ...cells[peer] }]),
  ) as Results['cells'],
  costs: await costs(folders),
};
if (words.includes('--write')) {
  await writeFile(join(root, resultsFile), `${JSON.stringify(results, undefined, 2)}\n`);
  await writePages(results);
} else {
  const wrong = peerNames.flatMap((peer) => [
    ...rowNames
      .filter((row) => !isSame(results.cells[peer][row], before?.cells[peer][row]))
      .map((row) => `${peer}, ${row}`),
    ...(isSameCost(results.costs[peer], before?.costs[peer]) ? [] : [`${peer}, cost`]),
  ]);
  console.log(
    wrong.length > 0 ? `\nNot as ${resultsFile} says: ${wrong.join('; ')}` : `\nAll as ${resultsFile} says.`,
  );
  if (wrong.length > 0) process.exitCode = 1;
}

if (undecided.length > 0) {
  console.log(`Not decided, as the machine has too much to do: ${undecided.join('; ')}.`);
  process.exitCode = 1;
}

/** Tries the client as its documentation begins, and each row that fails again with the option that it names. */
async function decide(peer: PeerName, scenario: Scenario, tools: Tools): Promise<Partial<Record<Row, Cell>>> {
  if (scenario.script && !files.has(`/${peer}-${scenario.script}`)) {
    return Object.fromEntries(
      scenario.rows.map((row) => [row, { answer: 'none', seen: 'no hook of React' }]),
    );
  }
  const [first] = scenario.rows;
  if (!first) return {};
  const plain = await tryOnce(peer, first, scenario, false, tools);
  const decided: Partial<Record<Row, Cell>> = {};
  for (const row of scenario.rows) {
    const seen = plain[row];
    const by = peerOf(peer).options[row];
    const again = by && !seen?.holds ? (await tryOnce(peer, row, scenario, true, tools))[row] : undefined;
    decided[row] = cellOf(again ?? seen, again?.holds ? by : undefined);
  }
  return decided;
}

function cellOf(result: Seen | undefined, by?: string): Cell {
  if (!result) return { answer: 'none', seen: 'no POST' };
  const { holds, ...seen } = result;
  return by ? { answer: 'option', by, ...seen } : { answer: holds ? 'yes' : 'no', ...seen };
}

async function tryOnce(
  peer: PeerName,
  row: Row,
  { script, ownPort = false, run }: Scenario,
  withOption: boolean,
  tools: Tools,
): Promise<Partial<Record<Row, Seen>>> {
  return inTrial({ peer, row, withOption }, tools, run, {
    script: script ? `${peer}-${script}` : peer,
    ownPort,
  });
}

function isSame(one: Cell | undefined, other: Cell | undefined): boolean {
  return one?.answer === other?.answer && one?.by === other?.by;
}

/** Sizes change a little with every change of ours, and with what npm brings beside a client. */
function isSameCost(one: Cost, other: Cost | undefined): boolean {
  return one.packages === other?.packages && Math.abs(one.gzip - other.gzip) <= 0.02 * one.gzip;
}

function isPeer(word: string): word is PeerName {
  return peerNames.some((name) => name === word);
}

function isRow(word: string): word is Row {
  return rowNames.some((name) => name === word);
}
