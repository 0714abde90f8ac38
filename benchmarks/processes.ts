import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** How long a job may take, in milliseconds. */
const longest = 180_000;

/** Starts the server, for as long as this process lives or until it is stopped. */
export async function startServer(): Promise<{ readonly origin: string; readonly server: ChildProcess }> {
  const server = start('children/server.ts');
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  return { origin: `http://127.0.0.1:${port}`, server };
}

/** Runs a job in a process of its own and gives what it reports. */
export async function run<Report>(
  file: string,
  job: object,
  execArgv: readonly string[] = [],
): Promise<Report> {
  const child = start(file, [JSON.stringify(job)], execArgv);
  const over = new AbortController();
  const tooLong = setTimeout(() => child.kill('SIGKILL'), longest);
  const report = once(child, 'message', { signal: over.signal });
  const exit = once(child, 'exit', { signal: over.signal }).then(([code]) => {
    throw new Error(`${file} ended with ${code} and reported nothing: ${JSON.stringify(job)}`);
  });
  try {
    const [message] = await Promise.race([report, exit]);
    return message;
  } finally {
    clearTimeout(tooLong);
    over.abort();
    report.catch(() => {});
    exit.catch(() => {});
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

export function start(
  file: string,
  args: readonly string[] = [],
  execArgv: readonly string[] = [],
): ChildProcess {
  return fork(join(import.meta.dirname, file), args, {
    execArgv: [...execArgv],
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

/** The monotonic clock that all processes of a machine share, in milliseconds. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
