import { mkdirSync } from 'node:fs';
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
}
