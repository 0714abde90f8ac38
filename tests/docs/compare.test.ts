import { expect, test } from 'vitest';
import { peerNames, peerOf } from '../peers/peers.ts';
import { readResults } from '../peers/results.ts';
import { rowNames, rows } from '../peers/rows.ts';
import { pageFile, readmeTable, readmeTableFile, withTables } from '../peers/tables.ts';
import { read } from './documentation.ts';

const results = readResults();
if (!results) throw new Error('There are no results: run `npm run test:peers -- --write`.');

test('the comparison says what the run has decided', () => {
  const page = read(pageFile);
  expect(page).toBe(withTables(page, results));
  // The marks are there, and something between them.
  for (const row of rowNames) expect(page).toContain(`| ${rows[row]} | `);
});

test('the table for the README says the same, in 12 lines at most', () => {
  const table = read(readmeTableFile);
  expect(table).toBe(readmeTable(results));
  expect(table.trimEnd().split('\n').length).toBeLessThanOrEqual(12);
});

test('every client was tried for every row', () => {
  for (const name of peerNames) expect(Object.keys(results.cells[name]).sort()).toEqual([...rowNames].sort());
});

test('the versions that were tried are those that the tests name', () => {
  for (const name of peerNames) {
    const { version, hook } = peerOf(name);
    expect([name, results.versions[name]]).toEqual([name, version]);
    if (hook) expect(read(pageFile)).toContain(`\`${hook.package}\` ${hook.version}`);
  }
});

test('an option is named only where the clients are set up with it', () => {
  for (const name of peerNames) {
    for (const [row, { answer, by }] of Object.entries(results.cells[name])) {
      const named = Object.entries(peerOf(name).options).find(([of]) => of === row)?.[1];
      expect([name, row, by]).toEqual([name, row, answer === 'option' ? named : undefined]);
    }
  }
});
