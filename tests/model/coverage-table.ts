import type { Reporter, TestModule } from 'vitest/node';
import type { Count, CoverageReport } from './coverage.ts';

/** Prints what of the statechart the paths have covered, for each target, at the end of a run that walked any. */
export default class CoverageTable implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const reports = tests.map((test) => test.meta().coverage).filter((report) => report !== undefined);
    if (reports.length > 0) process.stdout.write(`\n${tableOf(reports)}\n${reports.map(notesOf).join('')}`);
  }
}

const columns = ['states', 'transitions', 'guard answers', 'paths', 'steps'] as const;

function tableOf(reports: readonly CoverageReport[]): string {
  const rows = reports.map((report) => [report.target, ...cellsOf(report)]);
  const table = [['The statechart on', ...columns], ...rows];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return table
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}

function cellsOf({ states, transitions, guards, paths, steps }: CoverageReport): string[] {
  return [...[states, transitions, guards].map(share), String(paths), String(steps)];
}

function share({ seen, all }: Count): string {
  return `${seen} of ${all}`;
}

function notesOf({ target, outOfReach, complaints }: CoverageReport): string {
  const notes = Object.entries(outOfReach).map(([reason, what]) => `${what.length} out of reach: ${reason}`);
  return [...notes, ...complaints].map((note) => `${target}: ${note}\n`).join('');
}
