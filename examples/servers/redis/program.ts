import { type ChildProcess, spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program in a process of its own, which can be stopped and started again on its port. */
export interface Program {
  readonly name: string;
  readonly port: number;
  /** Undefined while it does not run. */
  readonly pid: number | undefined;
  /** Resolves when it accepts connections. */
  start(): Promise<void>;
  /** Sends a signal, and resolves when it has ended: with the time it took, in milliseconds. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number>;
}

export interface ProgramOptions {
  readonly name: string;
  readonly port: number;
  readonly command: readonly string[];
  /** All that it gets, besides the path. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const { pid } of running) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
});

export function createProgram({ name, port, command, env, cwd }: ProgramOptions): Program {
  const [program = '', ...args] = command;
  let child: ChildProcess | undefined;

  return {
    name,
    port,
    get pid() {
      return child?.pid;
    },
    async start() {
      const started = spawn(program, args, {
        // A group of its own: a kill hits its workers too.
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        // Debian keeps servers in a folder that only root has on its path.
        env: { PATH: `${process.env['PATH']}:/usr/local/sbin:/usr/sbin`, ...env },
        cwd,
      });
      child = started;
      running.add(started);
      let output = '';
      for (const stream of [started.stdout, started.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output = (output + text).slice(-4_000);
        });
      }
      const ended = new Promise<never>((_, reject) => {
        started.once('error', reject);
        started.once('exit', (code, signal) => {
          running.delete(started);
          if (child === started) child = undefined;
          reject(new Error(`${name} ended with ${signal ?? code}: ${output}`));
        });
      });
      ended.catch(() => undefined);
      await Promise.race([ended, accepts(port)]);
    },
    async stop(signal) {
      const stopped = child;
      if (stopped?.pid === undefined) throw new Error(`${name} does not run.`);
      const began = performance.now();
      const exit = new Promise((resolve) => stopped.once('exit', resolve));
      if (signal === 'SIGKILL') process.kill(-stopped.pid, signal);
      else stopped.kill(signal);
      await exit;
      return performance.now() - began;
    },
  };
}

/** Below the ports from which outgoing connections get theirs: one of these could take it while its owner is down. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = 30_000 + Math.floor(Math.random() * 2_700);
    const probe = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false)).listen(port, () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => probe.close(resolve));
    ports.add(port);
  }
  return [...ports];
}

async function accepts(port: number): Promise<void> {
  for (const end = performance.now() + 20_000; performance.now() < end; await sleep(20)) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket
        .once('error', () => resolve(false))
        .once('connect', () => {
          socket.destroy();
          resolve(true);
        });
    });
    if (isThere) return;
  }
  throw new Error(`Nothing accepts connections on port ${port}.`);
}
