import { statSync } from 'node:fs';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import rootConfig from '../../vitest.config.ts';

interface Tests {
  /** Files that can share their modules, which saves most of their time. */
  readonly together: string[];
  /** Files that are set up by what they import: each has to import it anew. */
  readonly apart?: string[];
  readonly browser?: string[];
}

/** The tests that the mutants of a folder have to get past: the ones next to it, and nothing that takes long. */
const testsOf: Record<string, Tests> = {
  machines: {
    together: ['machines/*', 'adapters/options', 'properties/connection', 'transports/replacement'],
    browser: ['environment'],
  },
  transports: {
    together: ['transports/*', 'hostile/redirect', 'fuzz/replays'],
    apart: [
      'adapters/{create-connection,lifecycle,on-response,resumption,schemas,shared-events}',
      'field/{answers-cut-short,causes,clocks-that-go-wrong,faults-of-the-app,headers-that-do-not-come,lost-events,messages-nobody-asked-for,posts,shared-refresh,slow-keep-alives,streams-that-end-on-purpose}',
    ],
  },
  adapters: {
    together: [
      'adapters/{component-connection,count-streams,delivery,frames,gathering-early,gathering-goes-on,iterate,listeners,options,schemas,server-rendering,suspension,view-store,vue-warnings}',
      'transports/replacement',
    ],
    apart: [
      'adapters/{changed-options,create-connection,lifecycle,resumption,shared-connections,shared-events,shared-machine,signal}',
    ],
    browser: [
      'adapters/{connection-react,connection-vue,react,vue,shared-react,shared-vue}',
      'react-activity',
    ],
  },
};

/** Tests that take long, or hang for long when the code is wrong. */
const slow = /properties|fuzz|field|silence|redirect|composition|revival|environment|fetch|from-transport/;

/** Vitest begins with the slowest; but most mutants are dead before those are needed. */
class SlowestLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ project, moduleId }: TestSpecification) =>
      2 * project.config.sequence.groupOrder + Number(slow.test(moduleId));
    const size = ({ moduleId }: TestSpecification) => statSync(moduleId).size;
    return files.sort((a, b) => rank(a) - rank(b) || size(a) - size(b));
  }
}

const { together, apart, browser } = testsOf[process.env['MUTATED_FOLDER'] ?? ''] ?? { together: ['**'] };

export default defineConfig({
  test: {
    allowOnly: false,
    sequence: { sequencer: SlowestLast },
    projects: [
      variant('node', together, { name: 'together', isolate: false, sequence: { groupOrder: 0 } }),
      variant('node', apart, { name: 'apart', sequence: { groupOrder: 1 } }),
      variant(
        'browser',
        browser?.map((name) => `browser/${name}`),
        // Some of these send hundreds of messages, which takes a busy machine long also where the code is right.
        { sequence: { groupOrder: 2 }, testTimeout: 20_000, hookTimeout: 20_000 },
      ),
    ].flat(),
  },
});

/** A project of the root configuration. A mutant makes many a test wait in vain, so that little patience is half the run. */
function variant(
  name: string,
  files: string[] | undefined,
  more: TestProjectInlineConfiguration['test'],
): TestProjectInlineConfiguration[] {
  if (!files) return [];
  const projects = (rootConfig.test?.projects ?? []) as TestProjectInlineConfiguration[];
  const project = projects.find(({ test }) => test?.name === name);
  const include = files.map((file) => `tests/${file}.test.{ts,tsx}`);
  const env = { PROPERTY_RUNS: '0.05', PATIENCE: '300' };
  const expect = { poll: { timeout: 4_000 } };
  return [
    {
      ...project,
      test: { ...project?.test, include, env, expect, testTimeout: 5_000, hookTimeout: 5_000, ...more },
    },
  ];
}
