import { spawnSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { findProgram, type ProgramName } from '../../scripts/programs.mjs';
import { machine, writeSection } from '../report/performance-page.ts';
import { markdown, type Table } from '../report/table.ts';
import { clients } from './clients.ts';
import { connections } from './connections.ts';
import { herd } from './herd.ts';
import { messages } from './messages.ts';

// How many streams two servers behind nginx carry on this machine, what they cost, and how a herd comes back through nginx.

const sections = { connections, messages, clients, herd };

const { values } = parseArgs({
  options: {
    /** How many streams in all. */
    streams: { type: 'string', default: '10000' },
    /** How many connections of this package come back. With more, the two cores are measured, not the herd. */
    herd: { type: 'string', default: '300' },
    /** Seconds for each measurement. */
    seconds: { type: 'string', default: '15' },
    only: { type: 'string', multiple: true, default: Object.keys(sections) },
    /** Puts the tables into docs/deploy.md. */
    write: { type: 'boolean', default: false },
  },
});
const options = {
  streams: Number(values.streams),
  herd: Number(values.herd),
  seconds: Number(values.seconds),
};
// Otherwise the processes that it has started would stay.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const busy = () => loadavg()[0]?.toFixed(1) ?? '';
const loadBefore = busy();
const tables: Table[] = [];

for (const [name, measure] of Object.entries(sections)) {
  if (!values.only.includes(name)) continue;
  const table = await measure(options);
  console.log(markdown(table));
  tables.push(table);
}
const where = `\`npm run bench:scale\`. The load of the machine was ${loadBefore} before. ${machine()}, nginx ${versionOf('nginx', '-v')}, Redis ${versionOf('redis-server', '--version')}.`;
console.log(where);
if (values.write) writeSection('scale', tables, where, 'docs/deploy.md');
process.exit();

function versionOf(program: ProgramName, flag: string): string {
  const { stdout, stderr } = spawnSync(findProgram(program) ?? program, [flag], { encoding: 'utf8' });
  return /\d+(\.\d+)+/.exec(stdout + stderr)?.[0] ?? '';
}
