import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Application, type TypeDocOptions } from 'typedoc';
import type { PluginOptions } from 'typedoc-plugin-markdown';
import { entries } from '../../scripts/published.mjs';
import { contentFolder, repository, root } from './places.ts';

/**
 * Writes the API reference from the TSDoc of the sources, a page for each entry.
 *
 * @throws Error when TypeDoc finds errors.
 */
export async function writeApi(): Promise<void> {
  const folder = join(contentFolder, 'api');
  mkdirSync(folder, { recursive: true });
  const options: TypeDocOptions & Partial<PluginOptions> = {
    plugin: [import.meta.resolve('typedoc-plugin-markdown')],
    entryPoints: entries.map(({ source }) => join(root, source)),
    basePath: root,
    tsconfig: join(root, 'site/tsconfig.api.json'),
    out: folder,
    logLevel: 'Error',
    readme: 'none',
    name: 'API',
    gitRevision: 'main',
    sourceLinkTemplate: `${repository}/blob/main/{path}#L{line}`,
    disableGit: true,
    excludeInternal: true,
    excludeExternals: true,
    outputFileStrategy: 'modules',
    entryFileName: 'index.md',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    parametersFormat: 'table',
    sanitizeComments: true,
    groupOrder: ['Functions', 'Variables', 'Classes', 'Interfaces', 'Type Aliases', '*'],
    typeDeclarationVisibility: 'compact',
  };
  const app = await Application.bootstrapWithPlugins(options);
  const project = await app.convert();
  if (!project || app.logger.hasErrors()) throw new Error('TypeDoc could not read the sources; see above.');
  for (const module of project.children ?? []) {
    // TypeDoc names a module after its file, and leaves `index` out where there is a folder.
    const entry = entries.find(({ source }) => source.replace(/(\/index)?\.ts$/, '') === module.name);
    if (entry) module.name = entry.name;
  }
  await app.generateOutputs(project);
  for (const { name } of entries) finish(join(folder, `${name}.md`), name);
}

/** The pages that show an entry at work. */
const demos: Readonly<Record<string, string>> = {
  'sse-machine': 'guide/show-the-state',
  'sse-machine/react': 'start/react',
  'sse-machine/vue': 'guide/data',
  'sse-machine/tanstack-query': 'guide/with-others',
  'sse-machine/tabs': 'guide/tabs',
  'sse-machine/event-source': 'guide/event-source',
  'sse-machine/inspect': 'guide/inspect',
  'sse-machine/opentelemetry': 'guide/watching',
  'sse-machine/testing': 'guide/testing',
  'sse-machine/doctor': 'guide/doctor',
};

/**
 * Leads to the demo. TypeDoc takes an example of one line, which is code and perhaps a word to it, for code as a whole.
 *
 * @throws Error for an entry that no page shows.
 */
function finish(file: string, name: string): void {
  const demo = demos[name];
  if (!demo) throw new Error(`No page shows ${name}: name one in site/build/api.ts.`);
  const text = readFileSync(file, 'utf8')
    .replace(/^# .+\n/, (title) => `${title}\n[See it at work](/${demo}.md).\n`)
    .replaceAll(/^```ts\n(`[^`]+`.*)\n```$/gm, '$1');
  writeFileSync(file, text);
}
