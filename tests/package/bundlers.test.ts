import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createConsumer } from './consumer.ts';
import { fromNpm } from './from-npm.ts';

const app = `
import { inspectConnections } from 'sse-machine/inspect';
inspectConnections({ viewer: 'local' });
`;

test('webpack builds an app that inspects with the viewer of this package, without that of Stately', () => {
  const webpack = fromNpm('webpack', '5.113.0');
  const { folder } = createConsumer();
  try {
    rmSync(join(folder, 'node_modules/@statelyai'), { recursive: true });
    writeFileSync(join(folder, 'app.mjs'), app);
    writeFileSync(join(folder, 'build.cjs'), build(webpack));
    const { stdout, stderr } = spawnSync(process.execPath, ['build.cjs'], { cwd: folder, encoding: 'utf8' });
    expect(stderr).toBe('');
    const { errors, warnings } = JSON.parse(stdout);
    expect(errors).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining("Can't resolve '@statelyai/inspect'")]);
    const built = readdirSync(join(folder, 'out')).map((file) =>
      readFileSync(join(folder, 'out', file), 'utf8'),
    );
    expect(built.join('\n')).toContain('install @statelyai/inspect');
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 180_000);

function build(webpack: string): string {
  return `
    const webpack = require(${JSON.stringify(webpack)});
    const [context, path] = [__dirname, __dirname + '/out'];
    const options = { mode: 'production', context, entry: './app.mjs', output: { path }, resolve: { symlinks: false } };
    webpack(options, (error, stats) => {
      if (error) throw error;
      const { errors, warnings } = stats.compilation;
      const messages = (list) => list.map(({ message }) => message);
      console.log(JSON.stringify({ errors: messages(errors), warnings: messages(warnings) }));
    });
  `;
}
