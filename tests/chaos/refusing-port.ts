import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/**
 * Holds a port on which every connection is refused: it is the near end of a connection of our own, so nobody
 * listens there, and nobody else can meanwhile.
 */
export async function holdRefusingPort(): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer();
  const port = await listen();
  await close();
  const far = await listen();
  const holder = connect({ port: far, host: '127.0.0.1', localPort: port, localAddress: '127.0.0.1' });
  const [[accepted]] = await Promise.all([once(server, 'connection'), once(holder, 'connect')]);

  async function listen(): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }
  async function close(): Promise<void> {
    await new Promise((resolve) => server.close(resolve));
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      accepted.destroy();
      holder.destroy();
      await close();
    },
  };
}
