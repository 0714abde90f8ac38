import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('a campaign in Chromium ends with %s, and Chromium with it', async (signal, code) => {
  const campaign = spawn(
    process.execPath,
    [join(import.meta.dirname, 'main.ts'), '--scene', 'chromium-fetch'],
    {
      stdio: 'ignore',
    },
  );
  try {
    await expect.poll(() => chromiumOf(campaign.pid)).not.toEqual([]);
    await expect.poll(() => pagesOf(campaign.pid)).toBeGreaterThan(0);
    const browser = chromiumOf(campaign.pid);
    const exited = once(campaign, 'exit');
    campaign.kill(signal);
    expect(await exited).toEqual([code, null]);
    await expect.poll(() => browser.filter(isAlive)).toEqual([]);
  } finally {
    campaign.kill('SIGKILL');
  }
});

/** The processes that descend from one, with their command lines. */
function descendants(root: number | undefined): { pid: number; command: string }[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], {
    encoding: 'utf8',
    maxBuffer: 1e8,
  }).split('\n');
  const all = lines.flatMap((line) => {
    const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid ? [{ pid: Number(pid), parent: Number(parent), command }] : [];
  });
  const below = (pid: number | undefined): typeof all =>
    all.filter(({ parent }) => parent === pid).flatMap((child) => [child, ...below(child.pid)]);
  return below(root);
}

function chromiumOf(root: number | undefined): number[] {
  return descendants(root)
    .filter(({ command }) => /chrom/i.test(command))
    .map(({ pid }) => pid);
}

/** Chromium has a process for a page once there is one. */
function pagesOf(root: number | undefined): number {
  return descendants(root).filter(({ command }) => command.includes('--type=renderer')).length;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
