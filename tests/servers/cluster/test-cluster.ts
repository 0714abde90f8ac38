import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { Redis } from 'ioredis';
import { type Cluster, type ClusterOptions, startCluster } from '../../../examples/servers/redis/cluster.ts';
import type { Asker } from '../ask.ts';
import { createHttp2Fetch } from '../http2-fetch.ts';
import { copyExamples, type Patch } from '../run-server.ts';
import { tlsFiles } from '../tls.ts';

/** The cluster of the examples, as it is started there, with a certificate that this process trusts. */
export interface TestCluster extends Cluster, Asker {
  /** Makes a `fetch` over HTTP/2 with a connection of its own; the `fetch` of the cluster is one. */
  http2Fetch(): ReturnType<typeof createHttp2Fetch>;
  /** A server itself, without the proxy. */
  direct(index: number): Asker;
  /** The IDs of all entries of the log, as Redis has them. */
  readLog(): Promise<string[]>;
}

export interface TestClusterOptions extends Omit<ClusterOptions, 'folder' | 'server'> {
  /** Changes to a copy of the examples, which is then run. */
  readonly patches?: readonly Patch[];
}

export async function startTestCluster({
  patches = [],
  ...options
}: TestClusterOptions): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'sse-cluster-'));
  const certificate = trustedCertificate(folder);
  const copy = patches.length > 0 ? copyExamples(patches) : undefined;
  const fetches: ReturnType<typeof createHttp2Fetch>[] = [];

  function http2Fetch(): ReturnType<typeof createHttp2Fetch> {
    const fetch = createHttp2Fetch(certificate);
    fetches.push(fetch);
    return fetch;
  }

  const cluster = await startCluster({
    ...options,
    folder,
    ...(copy !== undefined && { server: join(copy, 'redis/server.ts') }),
  });
  const { origin, pathname } = new URL(cluster.url);
  return {
    ...cluster,
    origin,
    path: pathname,
    fetch: http2Fetch(),
    http2Fetch,
    direct: (index) => ({
      origin: `http://localhost:${cluster.servers[index]?.port}`,
      path: pathname,
      fetch,
    }),
    async readLog() {
      const redis = new Redis(cluster.redis.port);
      const entries = await redis.xrange('events', '-', '+');
      redis.disconnect();
      return entries.map(([id]) => id);
    },
    async [Symbol.asyncDispose]() {
      for (const fetch of fetches) fetch.close();
      await cluster[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
      if (copy !== undefined) rmSync(copy, { recursive: true, force: true });
    },
  };
}

let trusted: { readonly key: string; readonly certificate: string } | undefined;

/** One for all clusters of this process: of several for one name, OpenSSL may try the wrong one. */
function trustedCertificate(folder: string): string {
  if (trusted) {
    writeFileSync(join(folder, 'key.pem'), trusted.key);
    writeFileSync(join(folder, 'cert.pem'), trusted.certificate);
  } else {
    const { keyFile, certificate } = tlsFiles(folder);
    trusted = { key: readFileSync(keyFile, 'utf8'), certificate };
    setDefaultCACertificates([...getCACertificates('default'), certificate]);
  }
  return trusted.certificate;
}
