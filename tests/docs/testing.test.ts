import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as kit from '../../testing/index.ts';
import { startSite } from '../support/site.ts';
import { documentation, read } from './documentation.ts';

const { examples, table } = documentation('docs/testing.md');

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

describe('the guide to testing', () => {
  test('has an example for React, for Vue, for Playwright, for MSW and for Storybook, beside the shortest ones', () => {
    expect(examples.map(([file]) => file)).toEqual([
      'examples/testing/connection.test.ts',
      'examples/testing/react/badge.tsx',
      'examples/testing/react/badge.test.tsx',
      'examples/testing/vue/Badge.vue',
      'examples/testing/vue/Badge.test.ts',
      'examples/testing/playwright/badge.spec.ts',
      'examples/testing/msw.test.ts',
      'examples/testing/react/badge.stories.tsx',
      'examples/testing/react/badge-parameters.stories.tsx',
      'examples/testing/page.test.ts',
    ]);
  });

  test.each(examples)('shows %s as it is run', (file, text) => {
    expect(text).toBe(read(file));
  });

  test('names all that the kit has', () => {
    const named = table('kit').map(([name = '']) => name.replace(/\(.*/, ''));
    expect(named.sort()).toEqual(Object.keys(kit).sort());
  });

  test('names every verb of a scripted server, and all that can be looked at', () => {
    const { transport: _, ...peer } = Object.getOwnPropertyDescriptors(kit.createScriptedTransport());
    const named = table('server').map(([name = '']) => name.replace(/\(.*/, ''));
    expect(named.sort()).toEqual(Object.keys(peer).sort());
  });

  test('names every verb of a page', () => {
    using page = kit.createTestPage();
    const named = table('page').map(([name = '']) => name.replace(/\(.*/, ''));
    expect(named.sort()).toEqual(Object.keys(page).sort());
  });

  test('names every member of a clock, but for those that only the connection calls', () => {
    const named = table('clock').map(([name = '']) => name.replace(/\(.*/, ''));
    const called = ['random', 'setTimeout', 'clearTimeout'];
    expect([...named, ...called].sort()).toEqual(Object.keys(kit.createTestClock()).sort());
  });

  test('names every event of a path', () => {
    const named = table('events').flatMap(([names = '']) => names.split(', '));
    expect(named).toEqual([...kit.pathEvents]);
  });

  test.each(table('paths'))('says how many paths %s makes', (call, paths, steps, longest) => {
    const made: kit.ConnectionPath[] = new Function('connectionPaths', `return ${call}`)(kit.connectionPaths);
    const lengths = made.map((one) => one.steps.length);
    expect([paths, steps, longest].map(Number)).toEqual([
      made.length,
      lengths.reduce((sum, length) => sum + length),
      Math.max(...lengths),
    ]);
  });

  test('has an example for Playwright that passes', async () => {
    await using site = await startSite({
      script: new URL('playwright/page.tsx', import.meta.url),
      pages: { '/': '<!doctype html><title>Badge</title><script type="module" src="/page.js"></script>' },
    });
    const { code, report } = await runPlaywright({ BASE_URL: site.origin });
    expect(code, report).toBe(0);
    expect(report).toMatch(/\b1\d passed/);
    expect(report).not.toMatch(/flaky|skipped/);
  });
});

function runPlaywright(env: Record<string, string>) {
  const runner = path('../../node_modules/playwright/cli.js');
  const options = { env: { ...process.env, ...env } };
  return new Promise<{ code: number | null; report: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [runner, 'test', '--config', path('playwright')],
      options,
      (_, stdout, stderr) => resolve({ code: child.exitCode, report: stdout + stderr }),
    );
  });
}
