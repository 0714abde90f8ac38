import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Bundler, bundlers } from './bundlers.ts';
import { createConsumer } from './consumer.ts';
import { fromNpm } from './from-npm.ts';

const app = `
import { createConnection } from 'sse-machine';
import { EventSource } from 'sse-machine/event-source';
import { inspectConnections } from 'sse-machine/inspect';
import { useServerSentEvents as useInReact } from 'sse-machine/react';
import { acrossTabs } from 'sse-machine/tabs';
import { streamInto } from 'sse-machine/tanstack-query';
import { useServerSentEvents as useInVue } from 'sse-machine/vue';

inspectConnections({ viewer: 'local' });
Object.assign(globalThis, { acrossTabs, createConnection, EventSource, streamInto, useInReact, useInVue });
`;

/** Of the package that is not there, and of a directive that is for Next.js. */
const isExpected = /@statelyai\/inspect|use client/;

const tried = bundlers.filter(({ isQuick }) => isQuick || process.env['EVERY_BUNDLER']);

test.each(tried)(
  '$name $version builds an app with every entry, and without the inspector of Stately',
  (bundler) => {
    const { folder } = createConsumer();
    try {
      rmSync(join(folder, 'node_modules/@statelyai'), { recursive: true });
      writeFileSync(join(folder, 'package.json'), '{ "private": true }');
      writeFileSync(join(folder, 'app.mjs'), app);
      writeFileSync(join(folder, 'build.mjs'), script(bundler));
      const { stdout, stderr } = spawnSync(process.execPath, ['build.mjs'], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(stderr.split('\n').filter((line) => line && !isExpected.test(line))).toEqual([]);
      const { errors, warnings } = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));
      expect({ stdout, errors }).toMatchObject({ errors: [] });
      expect(warnings.filter((warning: string) => !isExpected.test(warning))).toEqual([]);
      const built = readdirSync(join(folder, 'out'), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.js'))
        .map((file) => readFileSync(join(folder, 'out', file), 'utf8'));
      expect(built.join('\n')).toContain('install @statelyai/inspect');
      expect(built.join('\n')).toContain('useSyncExternalStore');
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  300_000,
);

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
