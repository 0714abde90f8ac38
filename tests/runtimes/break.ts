import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApp } from './app.ts';
import type { Target } from './targets/target.ts';
import { targets } from './targets.ts';

// Breaks five behaviours of the built package, in copies of it, and tells in which runtimes the cases notice. They are all
// broken at once, because each has a case of its own, and most cases that fail wait until they are given up.
//   node tests/runtimes/break.ts            in all of them
//   node tests/runtimes/break.ts bun deno   in these

interface Breakage {
  readonly name: string;
  /** From `dist`. */
  readonly file: string;
  /** The text that stands there, once. */
  readonly from: string;
  readonly to: string;
  /** The case that has to notice. */
  readonly notices: string;
}

const breakages: readonly Breakage[] = [
  {
    name: 'Last-Event-ID is not sent',
    file: 'transports/fetch.js',
    from: 'headers.set(lastEventIdHeader, throughHeader(lastEventId, utf8Bytes));',
    to: ';',
    notices: 'after an end, the server is told the last ID',
  },
  {
    name: 'a 401 is retried',
    file: 'machines/policy.js',
    from: "unauthorized: 'refresh',",
    to: "unauthorized: 'retry',",
    notices: 'a 401 is final',
  },
  {
    name: '`close()` aborts nothing',
    file: 'transports/stream/run-stream.js',
    from: 'own.abort();',
    to: ';',
    notices: '`close()` closes the socket of an open stream',
  },
  {
    name: 'CR and LF in two chunks are two ends',
    file: 'transports/stream/parse-stream.js',
    from: 'parser.feed(text.slice(rest));',
    to: "parser.feed(text.slice(rest).replace(/\\r$/, '\\n'));",
    notices: 'a CR LF that comes in two packets is one end',
  },
  {
    name: '`idleTimeout` is ignored',
    file: 'transports/stream/liveness.js',
    from: 'return idleTimeout || Infinity;',
    to: 'return Infinity;',
    notices: 'a stream that falls silent is given up after `idleTimeout`, and asked for again',
  },
];

const wanted = process.argv.slice(2);
const left = targets.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
// Most of the time is spent with waiting in vain.
await Promise.all(
  [1, 2, 3].map(async () => {
    for (let target = left.shift(); target; target = left.shift()) await tryIn(target);
  }),
);

async function tryIn({ name, run }: Target): Promise<void> {
  await using app = await createApp();
  for (const { file, from, to } of breakages) {
    const path = join(app.folder, 'node_modules/sse-machine/dist', file);
    const parts = readFileSync(path, 'utf8').split(from);
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${from}`);
    writeFileSync(path, parts.join(to));
  }
  const { reports } = await run({ ...app, only: breakages.map(({ notices }) => notices) }, true);
  const failed = reports.flatMap((report) => report.failed.map((one) => one.name));
  const missed = breakages.filter(({ notices }) => !failed.includes(notices));
  console.log(`${name}: ${breakages.length - missed.length} of ${breakages.length} noticed`);
  for (const { name } of missed) console.log(`  not noticed: ${name}`);
  if (missed.length > 0) process.exitCode = 1;
}
