import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// Libraries that are CommonJS require the installed React, whatever Vite resolves, and its hooks fail beside another copy.

const folder = join(process.env['PEERS_FOLDER'] ?? '.', 'package.json');
const peers = createRequire(folder);
const peersURL = pathToFileURL(folder).href;

registerHooks({
  resolve(specifier, context, next) {
    const isOfReact = /^react(-dom)?(\/|$)/.test(specifier) && context.parentURL !== peersURL;
    return next(isOfReact ? peers.resolve(specifier) : specifier, context);
  },
});
