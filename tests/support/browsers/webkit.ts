import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { freePort } from '../ports.ts';
import { endProcess } from '../processes.ts';
import type { DrivenBrowser } from './provider.ts';

/** Starts the WebKit of this machine on a display of its own, driven over plain WebDriver. */
export async function startWebKit(): Promise<DrivenBrowser> {
  await using started = new AsyncDisposableStack();
  const display = started.use(
    run('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x800x24', '-nolisten', 'tcp']),
  );
  const [number] = await once(createInterface(display.child.stdout ?? process.stdin), 'line');
  const port = await freePort();
  started.use(run('WebKitWebDriver', [`--port=${port}`], { DISPLAY: `:${number}`, GDK_BACKEND: 'x11' }));
  const driver = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + 30_000;
  while (!(await answers(`${driver}/status`))) {
    if (performance.now() > deadline) throw new Error('WebKitWebDriver does not answer.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }

  // Debian has it in no folder of the path.
  const [binary] = globSync('/usr/lib/*/webkit2gtk-4.*/MiniBrowser');
  const options = { binary, args: ['--automation'] };
  const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': options } };
  const { sessionId, ...told } = await call<Session>(`${driver}/session`, { capabilities });
  const session = `${driver}/session/${sessionId}`;
  started.defer(() => call(session, undefined, 'DELETE'));
  const rest = started.move();
  return {
    version: told.capabilities.browserVersion,
    goTo: (url) => call(`${session}/url`, { url }),
    back: () => call(`${session}/back`, {}),
    evaluate: (expression) => call(`${session}/execute/sync`, { script: `return ${expression}`, args: [] }),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}

interface Session {
  readonly sessionId: string;
  readonly capabilities: { readonly browserVersion: string };
}

/** A command of WebDriver. @see https://www.w3.org/TR/webdriver2/#endpoints */
async function call<Value>(url: string, body: unknown, method = 'POST'): Promise<Value> {
  const response = await fetch(url, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
  const { value } = (await response.json()) as { value: Value & { error?: string; message?: string } };
  if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}

function run(program: string, args: string[], env: Record<string, string> = {}) {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...env },
  });
  const kill = () => child.kill();
  process.once('exit', kill);
  return {
    child,
    async [Symbol.asyncDispose]() {
      process.off('exit', kill);
      await endProcess(child);
    },
  };
}
