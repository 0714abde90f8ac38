import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { freePort } from '../support/ports.ts';
import { createHttp2Fetch } from './http2-fetch.ts';
import { measureLateness } from './lateness.ts';
import type { ServerSpec } from './servers.ts';
import { tlsFiles } from './tls.ts';

/** An example server in a process of its own, which can be stopped, killed and started again on the same port. */
export interface RunningServer extends AsyncDisposable {
  readonly origin: string;
  readonly port: number;
  /** Of the stream. */
  readonly path: string;
  /** Knows the server's certificate, and its protocol. */
  readonly fetch: typeof fetch;
  /** Closes the connections of `fetch` that are left, as a page does that is closed. */
  hangUp(): void;
  /** The text that it has printed. */
  readonly output: string;
  start(): Promise<void>;
  /** Sends a signal, and waits for the end. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<Exit>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** From the signal to the end of the process, in milliseconds. */
  readonly time: number;
  /** How much of it the server, or this process, had to wait for the machine. */
  readonly late: number;
}

/** A change to a file of the examples. */
export interface Patch {
  /** From `examples/servers`. */
  readonly file: string;
  /** The text that stands there, once. */
  readonly from: string;
  readonly to: string;
}

/** The servers that run, for a test that is given up before it has stopped its own. */
const groups = new Set<ChildProcess>();
process.once('exit', () => {
  for (const { pid } of groups) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
});

const root = join(import.meta.dirname, '../..');
const examples = join(root, 'examples/servers');

/** @param patches Changes to a copy of the examples, which is then run. */
export async function runServer(
  spec: ServerSpec,
  env: Readonly<Record<string, string>> = {},
  patches: readonly Patch[] = [],
): Promise<RunningServer> {
  const data = mkdtempSync(join(tmpdir(), 'sse-servers-'));
  const port = await freePort();
  const isCopied = spec.isBundled || patches.length > 0;
  const folder = isCopied ? copyExamples(patches) : examples;
  const [program, file] = spec.command;
  const path = spec.isBundled ? bundle(folder, file) : join(folder, file);
  const command = program === 'node' ? process.execPath : join(root, 'node_modules/.bin', program);
  const tls = spec.isHttp2 ? tlsFiles(data) : undefined;
  const secureFetch = tls && createHttp2Fetch(tls.certificate);
  let child: ChildProcess | undefined;
  let output = '';

  const server: RunningServer = {
    origin: `${spec.isHttp2 ? 'https' : 'http'}://localhost:${port}`,
    port,
    path: '/events',
    fetch: secureFetch ?? fetch,
    hangUp: () => secureFetch?.close(),
    get output() {
      return output;
    },
    async start() {
      const started = spawn(command, [path], {
        // A group of its own, so that a kill hits what the server has started too.
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env['PATH'],
          NODE_ENV: 'production',
          PORT: String(port),
          EVENTS_DB: join(data, 'events.db'),
          ...(tls && { TLS_KEY: tls.keyFile, TLS_CERT: tls.certificateFile }),
          ...env,
        },
      });
      child = started;
      groups.add(started);
      started.once('exit', () => groups.delete(started));
      await new Promise<void>((resolve, reject) => {
        for (const stream of [started.stdout, started.stderr]) {
          stream?.setEncoding('utf8').on('data', (text: string) => {
            output += text;
            if (/^https?:\/\/localhost:\d+/m.test(text)) resolve();
          });
        }
        started.once('error', reject);
        started.once('exit', () => reject(new Error(`${spec.name} did not start: ${output}`)));
      });
    },
    async stop(signal) {
      const stopped = child;
      if (stopped?.pid === undefined || hasEnded(stopped)) throw new Error(`${spec.name} has ended`);
      const lateness = measureLateness(stopped.pid);
      const began = performance.now();
      const exited = new Promise<Exit>((resolve) => {
        stopped.once('exit', (code, by) => {
          resolve({ code, signal: by, time: performance.now() - began, late: lateness() });
        });
      });
      if (signal === 'SIGKILL') process.kill(-stopped.pid, signal);
      else stopped.kill(signal);
      return exited;
    },
    async [Symbol.asyncDispose]() {
      if (child && !hasEnded(child)) await server.stop('SIGKILL');
      server.hangUp();
      rmSync(data, { recursive: true, force: true });
      if (isCopied) rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Beside the examples' packages, and beyond the reach of lint and types. */
export function copyExamples(patches: readonly Patch[]): string {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(root, '.cache/servers-'));
  cpSync(examples, folder, { recursive: true, filter: (path) => !/node_modules|dist|\.wrangler/.test(path) });
  for (const { file, from, to } of patches) {
    const path = join(folder, file);
    const parts = readFileSync(path, 'utf8').split(from);
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${from}`);
    writeFileSync(path, parts.join(to));
  }
  return folder;
}

/** As `npm run nest` does it. */
function bundle(folder: string, file: string): string {
  const outfile = join(folder, 'dist/main.mjs');
  buildSync({
    entryPoints: [join(folder, file)],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    // The tsconfig of the copy extends one that is not there.
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
    outfile,
    logLevel: 'error',
  });
  return outfile;
}
