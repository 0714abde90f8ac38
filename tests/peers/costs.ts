import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { weigh } from '../../benchmarks/size.ts';
import { root } from '../package/built.ts';
import { importerOf } from './install.ts';
import { type PeerName, peerNames, peerOf } from './peers.ts';
import type { Cost, Results } from './results.ts';

/** Peers that are tools, or that an app which takes the client has anyway. */
const notCounted = ['typescript', 'vue', 'react', '@opentelemetry/api'];

/** Weighs what an app would ship, and counts what npm would install. */
export async function costs(folders: ReadonlyMap<string, string>): Promise<Results['costs']> {
  const all: Partial<Record<PeerName, Cost>> = {};
  for (const name of peerNames) {
    const peer = peerOf(name);
    const { gzip } = peer.code ? await weigh(peer.code, importerOf(peer, folders), ['vue']) : { gzip: 0 };
    const folder = name === 'ours' ? root : peer.package && folders.get(peer.package);
    all[name] = { gzip, packages: folder ? packagesFrom(folder).size : 0 };
  }
  return all as Results['costs'];
}

function packagesFrom(folder: string, found = new Set<string>()): Set<string> {
  const { name, dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  if (found.has(name)) return found;
  found.add(name);
  const peers = Object.keys(peerDependencies ?? {}).filter((peer) => !peerDependenciesMeta?.[peer]?.optional);
  for (const needed of [...Object.keys(dependencies ?? {}), ...peers]) {
    const next = notCounted.includes(needed) ? undefined : find(needed, folder);
    if (next) packagesFrom(next, found);
  }
  return found;
}

/** As Node looks a package up. */
function find(name: string, from: string): string | undefined {
  const path = join(from, 'node_modules', name);
  if (existsSync(join(path, 'package.json'))) return path;
  return dirname(from) === from ? undefined : find(name, dirname(from));
}
