import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import house from '../../vitest.config.ts';

/** The tests that the mutants of a folder have to get past: the ones next to it, and nothing that takes long. */
const testsOf: Record<string, { node: string; browser?: string }> = {
  machines: { node: '{machines/*,adapters/options,properties/connection}' },
  transports: { node: '{transports/*,hostile/redirect,adapters/{create-connection,resumption}}' },
  adapters: { node: 'adapters/*', browser: '{adapters/{react,vue},react-activity}' },
};

const { node, browser } = testsOf[process.env['MUTATED_FOLDER'] ?? ''] ?? { node: '**' };

/** What takes long, or hangs for long when the code is wrong. */
const slow = /properties|silence|hostile|composition|revival|environment|create-connection|resumption/;

/** Vitest begins with the slowest; but most mutants are dead before those are needed. */
class SlowestLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ project, moduleId }: TestSpecification) =>
      2 * project.config.sequence.groupOrder +
      Number(slow.test(moduleId)) -
      Number(/machines.connection/.test(moduleId));
    return files.sort((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId));
  }
}

export default defineConfig({
  test: {
    allowOnly: false,
    sequence: { sequencer: SlowestLast },
    projects: [
      only('node', `tests/${node}.test.{ts,tsx}`, 0),
      ...(browser ? [only('browser', `tests/browser/${browser}.test.{ts,tsx}`, 1)] : []),
    ],
  },
});

/** A project of the house. A mutant makes many a test hang, so that little patience is half the run. */
function only(name: string, include: string, groupOrder: number): TestProjectInlineConfiguration {
  const projects = (house.test?.projects ?? []) as TestProjectInlineConfiguration[];
  const project = projects.find(({ test }) => test?.name === name);
  return {
    ...project,
    test: {
      ...project?.test,
      include: [include],
      env: { PROPERTY_RUNS: '0.05', PATIENCE: '300' },
      testTimeout: 10_000,
      hookTimeout: 10_000,
      sequence: { groupOrder },
    },
  };
}
