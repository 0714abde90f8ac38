import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The functions by which a page steers the servers of a kind. */
interface Steering<Server, Call> {
  readonly start: () => Promise<Server>;
  /** Does what the page asks for, and tells what there is to be seen then. */
  readonly perform: (server: Server, call: Call) => Promise<object>;
  /** The server is not needed any more. */
  readonly isLast: (call: Call) => boolean;
}

/**
 * Runs servers for tests that live in a browser, each steered by a page through a path of its own. They are steered
 * through a server of their own, so that a page whose connections to the event stream are used up can still reach it.
 */
export async function startControlServer<Server extends AsyncDisposable, Call>({
  start,
  perform,
  isLast,
}: Steering<Server, Call>): Promise<{ url: string } & AsyncDisposable> {
  const servers = new Map<string, Server>();

  const control = createServer(async (request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const id = request.url ?? '';
    const server = servers.get(id) ?? (await start());
    servers.set(id, server);
    const call = JSON.parse(text) as Call;
    const report = await perform(server, call);
    if (isLast(call)) servers.delete(id);
    response.end(JSON.stringify(report));
  });

  await new Promise<void>((resolve) => control.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(control.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const server of servers.values()) await server[Symbol.asyncDispose]();
      control.closeAllConnections();
      await new Promise((resolve) => control.close(resolve));
    },
  };
}
