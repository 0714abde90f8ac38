/** Serves the site while it is written (`serve`), or makes static files (`build`), or the texts for machines (`llms`). */
import { rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, createServer } from 'vitepress';
import { writeApi } from './build/api.ts';
import { bundleDemos } from './build/demos.ts';
import { machineTexts } from './build/machine-texts.ts';
import { contentFolder, outputFolder, root, sentinel } from './build/places.ts';
import { makePortable } from './build/portable.ts';
import { writePages } from './build/write-pages.ts';

const site = join(root, 'site');
const [command = 'serve'] = process.argv.slice(2);

if (command === 'build' || command === 'serve') {
  rmSync(contentFolder, { recursive: true, force: true });
  await writeApi();
  writePages();
  await bundleDemos();
}

if (command === 'build') {
  rmSync(outputFolder, { recursive: true, force: true });
  await build(site, { base: sentinel, outDir: outputFolder });
  console.log(`site: ${makePortable(outputFolder)} pages in ${outputFolder}`);
} else if (command === 'serve') {
  const server = await createServer(site, { host: '127.0.0.1' });
  await server.listen();
  server.printUrls();
  for (const place of ['site/pages', 'docs', 'README.md', 'examples']) {
    watch(join(root, place), { recursive: true }, () => writePages());
  }
  watch(join(site, 'demo'), { recursive: true }, () => void bundleDemos());
} else if (command === 'llms') {
  for (const [name, text] of Object.entries(machineTexts())) writeFileSync(join(site, 'public', name), text);
} else {
  console.error(`There is no command ${command}: node site/main.ts serve | build | llms`);
  process.exitCode = 2;
}
