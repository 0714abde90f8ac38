import { writeResult } from '../compatibility/results.ts';
import { runTests } from '../compatibility/run-tests.ts';
import { bundlers } from './bundlers.ts';
import { frameworks } from './frameworks.ts';
import { typescripts } from './typescript.ts';

// Builds and runs the apps of tests/package/apps with every bundler and framework, and checks one with every TypeScript.
//   node tests/package/main.ts                 all of them
//   node tests/package/main.ts frameworks      these

const matrix = [
  { id: 'bundlers', target: 'Bundlers: what they make of an app, in Chromium', tools: bundlers },
  { id: 'frameworks', target: 'Frameworks: an app rendered on a server, in Chromium', tools: frameworks },
  {
    id: 'typescript',
    target: 'TypeScript, with `exactOptionalPropertyTypes`',
    tools: typescripts.map(({ version }) => ({ name: '', version })),
  },
];

const [wanted] = process.argv.slice(2);
for (const { id, target, tools } of matrix.filter(({ id }) => !wanted || id === wanted)) {
  const words = [
    '--project',
    'node',
    '--reporter',
    'verbose',
    '--reporter',
    './tests/support/closing-line.ts',
  ];
  const counts = runTests([...words, `tests/package/${id}`], { EVERY_BUNDLER: '1' });
  const version = tools.map(({ name, version }) => `${name} ${version}`.trim()).join(', ');
  writeResult(id, { target, version, ...counts, notPossible: [] });
  if (counts.failed > 0) process.exitCode = 1;
}
