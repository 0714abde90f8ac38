import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProgram, freePorts, type Program } from './program.ts';

/** Redis, two processes of server.ts and a proxy, on ports that are free. */
export interface Cluster extends AsyncDisposable {
  /** Of the stream, at the proxy. */
  readonly url: string;
  readonly redis: Program;
  readonly servers: readonly Program[];
  readonly proxy: Program;
  /** Has the proxy read its configuration anew. */
  reload(): void;
}

export type ProxyName = 'nginx' | 'haproxy' | 'caddy';

export interface ClusterOptions {
  readonly proxy: ProxyName;
  /** Where Redis keeps its log, and the configuration as it runs; for a key and a certificate too, if there are any. */
  readonly folder: string;
  /** The environment of the servers. */
  readonly env?: Readonly<Record<string, string>>;
  /** Changes the configuration of the proxy. */
  readonly configure?: (text: string) => string;
  /** The program of the servers. */
  readonly server?: string;
}

const files = { nginx: 'nginx.conf', haproxy: 'haproxy.cfg', caddy: 'Caddyfile' };

export async function startCluster({
  proxy: kind,
  folder,
  env,
  configure = (text) => text,
  server = join(import.meta.dirname, 'server.ts'),
}: ClusterOptions): Promise<Cluster> {
  mkdirSync(folder, { recursive: true });
  provideCertificate(folder);
  const [redisPort = 0, proxyPort = 0, adminPort = 0, ...serverPorts] = await freePorts(5);

  const redis = createProgram({
    name: 'redis-server',
    port: redisPort,
    command: [
      ...['redis-server', '--port', String(redisPort), '--bind', '127.0.0.1', '--dir', folder],
      // The log is kept when Redis restarts: all of it when it is stopped or killed, and but for the last second when the
      // machine stops.
      ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''],
    ],
  });
  const servers = serverPorts.map((port, index) =>
    createProgram({
      name: `server ${index + 1}`,
      port,
      command: [process.execPath, server],
      env: {
        NODE_ENV: 'production',
        PORT: String(port),
        REDIS_URL: `redis://127.0.0.1:${redisPort}`,
        ...env,
      },
    }),
  );
  const file = join(folder, files[kind]);
  const text = readFileSync(join(import.meta.dirname, files[kind]), 'utf8');
  writeFileSync(file, configure(withPorts(text, [proxyPort, adminPort, ...serverPorts])));
  const proxy = createProgram({
    name: kind,
    port: proxyPort,
    command: commands[kind](file, folder),
    env: { HOME: folder },
    cwd: folder,
  });

  const programs = [redis, ...servers, proxy];
  const cluster: Cluster = {
    url: `https://localhost:${proxyPort}/events`,
    redis,
    servers,
    proxy,
    reload() {
      // The master process of HAProxy starts a new worker then.
      if (kind !== 'caddy') process.kill(proxy.pid ?? 0, kind === 'nginx' ? 'SIGHUP' : 'SIGUSR2');
      else {
        const address = ['--address', `localhost:${adminPort}`, '--force'];
        execFileSync('caddy', ['reload', '--config', file, '--adapter', 'caddyfile', ...address]);
      }
    },
    async [Symbol.asyncDispose]() {
      const running = programs.filter(({ pid }) => pid !== undefined);
      await Promise.all(running.map((program) => program.stop('SIGKILL')));
    },
  };
  try {
    for (const program of programs) await program.start();
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
  return cluster;
}

/** The same configuration, with other ports than those it is written with. */
function withPorts(text: string, [proxy, admin, one, two]: readonly number[]): string {
  const ports = new Map([
    ['8443', proxy],
    ['2019', admin],
    ['8081', one],
    ['8082', two],
  ]);
  return text.replace(/(?<=[: ])\d{4}\b/g, (port) => String(ports.get(port) ?? port));
}

const commands: Record<ProxyName, (file: string, folder: string) => readonly string[]> = {
  nginx: (file, folder) => [
    ...['nginx', '-p', folder, '-c', file, '-e', 'stderr', '-g', 'daemon off; pid nginx.pid;'],
  ],
  // -W: with a master process.
  haproxy: (file) => ['haproxy', '-W', '-f', file],
  caddy: (file) => ['caddy', 'run', '--config', file, '--adapter', 'caddyfile'],
};

/** A certificate for localhost that nobody has signed, unless there is one. */
function provideCertificate(folder: string): void {
  const key = join(folder, 'key.pem');
  const certificate = join(folder, 'cert.pem');
  if (!existsSync(certificate)) {
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const output = ['-keyout', key, '-out', certificate, '-days', '30'];
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...output, ...subject];
    execFileSync('openssl', request, { stdio: 'ignore' });
  }
  writeFileSync(join(folder, 'both.pem'), readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8'));
}
