import { createServer, type Server } from 'node:net';

/**
 * Below the ports that the system gives to outgoing connections and to whoever asks for any, and above 10080, which
 * browsers refuse. Each worker has its own, one after another: nobody takes a port while its server is down.
 *
 * @see https://fetch.spec.whatwg.org/#port-blocking
 */
const ports = { least: 11_000 + 2_000 * (Number(process.env['VITEST_POOL_ID'] ?? 0) % 9), count: 2_000 };

let next = Math.floor(Math.random() * ports.count);

/** Lets a server listen at a port that is free, and stays so while it is down; resolves with the port. */
export async function listenAnywhere(server: Server, host?: string): Promise<number> {
  for (let tries = 0; ; tries += 1) {
    next = (next + 1) % ports.count;
    const port = ports.least + next;
    try {
      await listenAt(server, port, host);
      return port;
    } catch (error) {
      if (tries > 100) throw error;
    }
  }
}

export function listenAt(server: Server, port: number, host?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host !== undefined && { host }) }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** A port that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenAnywhere(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
