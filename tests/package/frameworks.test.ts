import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { launchChromium } from '../support/launch-chromium.ts';
import { freePort } from '../support/ports.ts';
import { endProcess } from '../support/processes.ts';
import { root } from './built.ts';
import { installPackage } from './consumer.ts';
import { type Framework, frameworks } from './frameworks.ts';
import { fromNpm } from './from-npm.ts';
import { listeners, visit } from './visit.ts';

const apps = join(root, 'tests/package/apps');

/** As an app runs: neither the runner of these tests nor their mode is known to it. */
const env = {
  ...process.env,
  NODE_ENV: 'production',
  VITEST: '',
  NEXT_TELEMETRY_DISABLED: '1',
  NUXT_TELEMETRY_DISABLED: '1',
} as const;

// Installing and building takes minutes.
describe.runIf(process.env['EVERY_BUNDLER'])('an app that uses every entry', () => {
  test.each(frameworks)(
    'of $name $version is rendered on the server, and hears a server that restarts',
    async (framework) => {
      const folder = createApp(framework);
      const { status, stdout, stderr } = spawnSync(process.execPath, framework.build, {
        cwd: folder,
        encoding: 'utf8',
        env,
      });
      expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });

      const { url, errors } = await start(framework, folder);
      const html = await (await fetch(`${url}?stream=http://127.0.0.1:1/none`)).text();
      expect(withoutMarks(html)).toContain(
        '<h1>One of connecting, open, backoff, failed, closed</h1><p>connecting: nothing yet</p>',
      );

      await using browser = await launchChromium();
      await using page = await visit(browser, url);
      const everyone = [...listeners, framework.hook];
      await expect.poll(() => page.text()).toContain('open: nothing yet');
      await expect.poll(() => page.server.streams.size).toBe(everyone.length - 1);
      page.server.publish('hello', 'greeting');
      await page.hears('hello', everyone);
      await page.inspects('/events');
      expect(await page.text()).toContain('open: hello');

      await page.server.refuse();
      await expect.poll(() => page.text()).toMatch(/(backoff|connecting): hello/);
      await page.server.listen();
      page.server.publish('again', 'greeting');
      await page.hears('again', everyone);
      expect(await page.text()).toContain('open: again');
      expect(errors()).toBe('');
    },
    900_000,
  );
});

/** Below the folder where npm has put the packages, so that they are found as in any app. */
function createApp({ name, from, version, beside, sources }: Framework): string {
  const home = dirname(dirname(fromNpm(from, version, beside)));
  const folder = mkdtempSync(join(home, 'app-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(join(apps, name === 'Nuxt' ? 'nuxt' : 'next'), folder, { recursive: true });
  copyFileSync(join(apps, 'entries.mjs'), join(folder, sources, 'entries.mjs'));
  installPackage(folder);
  return folder;
}

/** @returns Where the app is served, and what its server has written to stderr. */
async function start({ start }: Framework, folder: string): Promise<{ url: string; errors: () => string }> {
  const port = await freePort();
  const child = spawn(process.execPath, start, {
    cwd: folder,
    env: { ...env, HOST: '127.0.0.1', HOSTNAME: '127.0.0.1', PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  onTestFinished(() => endProcess(child));
  const url = `http://127.0.0.1:${port}/`;
  await expect.poll(() => fetch(url).then(({ ok }) => ok, String)).toBe(true);
  return { url, errors: () => errors };
}

/** React marks where one text ends and the next begins. */
function withoutMarks(html: string): string {
  return html.replaceAll('<!-- -->', '');
}
