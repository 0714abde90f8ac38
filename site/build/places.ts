import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** The Markdown that VitePress reads: made of `site/pages`, the docs and the examples. */
export const contentFolder = join(root, '.cache/site/content');

/** The static files. */
export const outputFolder = join(root, 'site/dist');

/** Stands in a build where the folder of the site will be: nobody knows it yet. No text may contain it. */
export const sentinel = '/__site__/';

/** Where the sources of the package can be read. */
export const repository = 'https://github.com/sse-machine/sse-machine';
