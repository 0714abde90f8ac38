import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';
import { root } from '../package/built.ts';
import { fromNpm } from '../package/from-npm.ts';
import { type Peer, peerNames, peerOf } from './peers.ts';

/** The folder of each package, by its name; what is missing is installed into `.cache`. */
export function installPeers(): ReadonlyMap<string, string> {
  const folders = new Map<string, string>();
  for (const name of peerNames) {
    const { package: wanted, version } = peerOf(name);
    if (wanted && version) folders.set(wanted, fromNpm(wanted, version));
  }
  return folders;
}

/** The same for the hook of a client for React; all of it runs on one React. */
export function installHook({ hook }: Peer): ReadonlyMap<string, string> {
  const folders = new Map([['react', join(root, 'node_modules/react')]]);
  if (!hook) return folders;
  const folder = fromNpm(hook.package, hook.version, hook.beside);
  folders.set(hook.package, folder);
  for (const name of Object.keys(hook.beside))
    folders.set(name, join(importerOf(hook, folders), 'node_modules', name));
  return folders;
}

/** The folder from which a package is imported as an app would import it. */
export function importerOf(peer: Pick<Peer, 'package'>, folders: ReadonlyMap<string, string>): string {
  const folder = peer.package && folders.get(peer.package);
  if (!folder) return root;
  return join(folder, ...Array.from(peer.package.split('/'), () => '..'), '..');
}

/** Has esbuild take the versions that are compared, whatever else is installed. */
export function comparedVersions(folders: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'compared-versions',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^[@\w]/ }, ({ path, kind, pluginData }) => {
        const folder = pluginData === 'resolved' ? undefined : folders.get(path);
        if (!folder) return null;
        return resolve(path, { kind, resolveDir: dirname(folder), pluginData: 'resolved' });
      });
    },
  };
}
