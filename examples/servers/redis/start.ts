import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ProxyName, startCluster } from './cluster.ts';

// Starts it all on free ports: Redis, two servers and the proxy that is named, nginx by default.
const proxies: ProxyName[] = ['nginx', 'haproxy', 'caddy'];
const proxy = proxies.find((name) => name === (process.argv[2] ?? 'nginx'));
if (!proxy) throw new TypeError(`The proxy must be one of ${proxies.join(', ')}, not ${process.argv[2]}.`);

const folder = process.env['DATA'] ?? mkdtempSync(join(tmpdir(), 'sse-redis-'));
const cluster = await startCluster({ proxy, folder });
for (const { name, port } of [cluster.redis, ...cluster.servers]) console.log(`${name}: port ${port}`);
console.log(`${cluster.proxy.name}: ${cluster.url} (its certificate is in ${folder})`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit());
