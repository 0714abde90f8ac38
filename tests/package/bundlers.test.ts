import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/launch-chromium.ts';
import { serveFolder } from '../support/serve-folder.ts';
import { root } from './built.ts';
import { type Bundler, bundlers } from './bundlers.ts';
import { type Consumer, createConsumer } from './consumer.ts';
import { fromNpm } from './from-npm.ts';
import { listeners, visit } from './visit.ts';

const apps = join(root, 'tests/package/apps');
const everyone = [...listeners, 'React', 'Vue'];

/** Of the package that is not there, of a directive that is for Next.js, and of how OpenTelemetry is compiled. */
const isExpected = /@statelyai\/inspect|use client|@opentelemetry\/api\/.*'this' keyword/;

const tried = bundlers.filter(({ isQuick }) => isQuick || process.env['EVERY_BUNDLER']);

let consumer: Consumer;
let browser: Browser;

beforeAll(async () => {
  consumer = createConsumer();
  rmSync(join(consumer.folder, 'node_modules/@statelyai'), { recursive: true });
  browser = await launchChromium();
  return async () => {
    await browser.close();
    rmSync(consumer.folder, { recursive: true });
  };
});

test.each(tried)(
  '$name $version builds an app with every entry, without the inspector of Stately, and it runs in Chromium',
  async (bundler) => {
    const folder = join(consumer.folder, `app-of-${bundler.name.replace('/', '+')}-${bundler.version}`);
    cpSync(join(apps, 'bundled'), folder, { recursive: true });
    copyFileSync(join(apps, 'entries.mjs'), join(folder, 'entries.mjs'));
    build(bundler, folder);

    await using site = await serveFolder(join(folder, 'out'));
    await using page = await visit(browser, site.url);
    await expect.poll(() => page.server.streams.size).toBe(everyone.length - 1);
    page.server.publish('hello', 'greeting');
    await page.hears('hello', [...everyone, 'test kit']);
    await page.inspects('/events');
    page.server.drop();
    page.server.publish('again', 'greeting');
    await page.hears('again', everyone);
  },
);

/** Builds the app into `out`, without an error and without a warning that is not expected. */
function build(bundler: Bundler, folder: string): void {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  writeFileSync(join(folder, 'build.mjs'), script(bundler));
  const { stdout, stderr } = spawnSync(process.execPath, ['build.mjs'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: 'production' },
  });
  expect(stderr.split('\n').filter((line) => line && !isExpected.test(line))).toEqual([]);
  const { errors, warnings } = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));
  expect({ stdout, errors }).toMatchObject({ errors: [] });
  expect(warnings.filter((warning: string) => !isExpected.test(warning))).toEqual([]);
  const out = join(folder, 'out');
  const built = readdirSync(out, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .map((file) => readFileSync(join(out, file), 'utf8'));
  expect(built.join('\n')).toContain('install @statelyai/inspect');
  if (bundler.script === undefined) return;
  const page = readFileSync(join(folder, 'index.html'), 'utf8').replace('app.mjs', bundler.script);
  writeFileSync(join(out, 'index.html'), page);
}

function script({ name, version, plugins, build }: Bundler): string {
  const folder = fromNpm(name, version, plugins);
  return `
    import { writeFileSync } from 'node:fs';
    import { createRequire } from 'node:module';
    import { dirname, join } from 'node:path';
    import { pathToFileURL } from 'node:url';

    const modules = ${JSON.stringify(folder)}.slice(0, -${name.length + 1});
    const folderOf = (name) => join(modules, name);
    const load = (name) => import(pathToFileURL(/\\.js$/.test(name) ? join(modules, name) : createRequire(join(modules, '_')).resolve(name)));
    const build = async () => {${build}};
    writeFileSync('result.json', JSON.stringify(await build()));
  `;
}
