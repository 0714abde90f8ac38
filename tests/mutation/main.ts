import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { equivalents } from './equivalent.ts';

// Changes the code in one place at a time, and asks the tests whether they notice. Whatever they do not notice has
// to be on the list of the changes that nobody could.

/** The least share of the changes in a folder that has to be noticed, in percent. */
const wanted: Record<string, number> = { machines: 90, transports: 85, adapters: 85 };

/** Folders, files, or lines of a file as in `machines/backoff.ts:10-20`; everything when there are none. */
const paths = process.argv.slice(2).map((path) => path.replace(/\/$/, ''));
const strange = paths.filter((path) => !Object.hasOwn(wanted, folderOf(path)));
if (strange.length > 0)
  throw new RangeError(`${strange} is not in one of ${Object.keys(wanted).join(', ')}.`);

type MutantResult = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

const lines: string[] = [];
for (const [folder, least] of Object.entries(wanted)) {
  const within = paths.length > 0 ? paths.filter((path) => folderOf(path) === folder) : [folder];
  if (within.length === 0) continue;
  const all = await mutate(folder, within); // and what is known of the rest of the folder
  const mutants = all.filter(
    ({ fileName, status }) => within.some((path) => isIn(path, fileName)) && !/Error|Ignored/.test(status),
  );
  const survivors = mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
  const unexplained = survivors.filter((mutant) => !equivalents.some((one) => isOf(one, mutant)));
  for (const mutant of unexplained) lines.push(describe(mutant));

  const killed = mutants.length - survivors.length;
  const score = (100 * killed) / mutants.length;
  const share = `${folder}: ${killed} of ${mutants.length} changes noticed, ${score.toFixed(1)} %`;
  lines.push(`${share}; ${survivors.length - unexplained.length} that nobody could notice.`);
  const isWhole = within.includes(folder);
  if (isWhole && score < least) lines.push(`At least ${least} % of ${folder} must be noticed.`);
  const stale = equivalents.filter(
    (one) => isWhole && folderOf(one.file) === folder && !survivors.some((mutant) => isOf(one, mutant)),
  );
  for (const { file, line, becomes } of stale) lines.push(`No longer so: ${file}, ${line} → ${becomes}`);
  if (unexplained.length > 0 || stale.length > 0 || (isWhole && score < least)) process.exitCode = 1;
}
console.log(['', ...lines].join('\n'));

/** Changes that were noticed before are not tried again as long as the code and the noticing test are the same. */
function mutate(folder: string, within: string[]): Promise<MutantResult[]> {
  const incrementalFile = `.cache/mutation/${folder}.json`;
  forgetSurvivors(incrementalFile);
  process.env['MUTATED_FOLDER'] = folder;
  return new Stryker({
    mutate: within.map((path) => (/\.ts(:|$)/.test(path) ? path : `${path}/**/*.ts`)),
    testRunner: 'vitest',
    vitest: { configFile: 'tests/mutation/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    concurrency: 1,
    timeoutMS: 15_000,
    timeoutFactor: 2,
    tsconfigFile: 'none', // Stryker would rewrite it, by an API that TypeScript 7 does not have
    incremental: true,
    incrementalFile,
    tempDirName: '.cache/mutation/sandbox',
    ignorePatterns: ['.cache', 'dist'],
    reporters: ['progress-append-only', 'html'],
    htmlReporter: { fileName: `.cache/mutation/${folder}.html` },
    allowConsoleColors: false,
  }).runMutationTest();
}

/** Stryker would not try them again with a new test if they change what a module does when it is loaded. */
function forgetSurvivors(file: string): void {
  if (!existsSync(file)) return;
  const report: { files: Record<string, { mutants: { status: string }[] }> } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  for (const known of Object.values(report.files))
    known.mutants = known.mutants.filter(({ status }) => /Killed|Timeout/.test(status));
  writeFileSync(file, JSON.stringify(report));
}

function folderOf(path: string): string {
  return path.split('/')[0] ?? '';
}

function isIn(path: string, fileName: string): boolean {
  return `/${relative(process.cwd(), fileName)}`.startsWith(`/${path.split(':')[0]}`);
}

function isOf(one: (typeof equivalents)[number], mutant: MutantResult): boolean {
  return mutant.fileName.endsWith(one.file) && lineOf(mutant) === one.line && becomes(mutant) === one.becomes;
}

function describe(mutant: MutantResult): string {
  const { fileName, location, status } = mutant;
  const place = `${fileName}:${location.start.line}:${location.start.column}`;
  return `${status} ${place}\n  ${lineOf(mutant)}\n  → ${becomes(mutant)}`;
}

function lineOf({ fileName, location }: MutantResult): string {
  return readFileSync(fileName, 'utf8').split('\n')[location.start.line - 1]?.trim() ?? '';
}

function becomes({ replacement = '' }: MutantResult): string {
  return replacement.replace(/\s+/g, ' ');
}
