import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { start } from '../processes.ts';

/** Processes of clients, which share some streams among them. */
export interface Children<Report> extends AsyncDisposable {
  readonly pids: readonly (number | undefined)[];
  tell(request: string): void;
  report(): Promise<readonly Report[]>;
}

/** Resolves when all their streams are open. */
export async function startChildren<Report>(
  file: string,
  jobs: readonly object[],
): Promise<Children<Report>> {
  const children = jobs.map((job) => start(file, [JSON.stringify(job)]));
  await Promise.all(children.map(opened));
  return {
    pids: children.map(({ pid }) => pid),
    tell(request) {
      for (const child of children) child.send(request);
    },
    report: () =>
      Promise.all(
        children.map(async (child) => {
          child.send('report');
          const [report] = await once(child, 'message');
          return report;
        }),
      ),
    async [Symbol.asyncDispose]() {
      await Promise.all(
        children.map(async (child) => {
          child.kill('SIGKILL');
          if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
        }),
      );
    },
  };
}

async function opened(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit').then(([code]) => {
    throw new Error(`The clients ended with ${code}.`);
  });
  await Promise.race([once(child, 'message'), exit]);
  exit.catch(() => undefined);
}
