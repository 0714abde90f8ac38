import { parseArgs } from 'node:util';
import { type ClientName, clientNames } from './clients/client.ts';
import { installPeers } from './install-peers.ts';
import { memory } from './memory.ts';
import { reaction } from './reaction.ts';
import { circumstances, writeSection } from './report/performance-page.ts';
import { markdown, type Table } from './report/table.ts';
import { size } from './size.ts';
import { slow } from './slow.ts';
import { crowd, throughput } from './throughput.ts';

export interface BenchOptions {
  readonly rounds: number;
  /** A fifth of the messages, a tenth of the connections: for a look, not for a table to keep. */
  readonly quick: boolean;
  readonly clients: readonly ClientName[];
}

const sections: Record<string, (options: BenchOptions) => Promise<Table[]>> = {
  throughput,
  crowd,
  memory,
  reaction,
  slow,
  size,
};

const { values } = parseArgs({
  options: {
    /** The sections to measure; each of them when it is left out. */
    only: { type: 'string', multiple: true, default: Object.keys(sections) },
    clients: { type: 'string', multiple: true, default: clientNames },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    /** Puts the tables into docs/performance.md. */
    write: { type: 'boolean', default: false },
  },
});
const { quick, write } = values;
const only = named(values.only, Object.keys(sections));
const clients = named(values.clients, clientNames) as ClientName[];
const rounds = Number(values.rounds ?? (quick ? 3 : 7));

installPeers();
for (const name of only) {
  const tables = (await sections[name]?.({ clients, quick, rounds })) ?? [];
  for (const table of tables) console.log(markdown(table));
  if (write) writeSection(name, tables, `${rounds} rounds, ${circumstances()}`);
}
console.log(circumstances());

/** The values of an option that may be given more than once, or with commas. */
function named(given: readonly string[], known: readonly string[]): string[] {
  const names = given.flatMap((value) => value.split(','));
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new RangeError(`There is no ${unknown}. There are ${known.join(', ')}.`);
  return names;
}
