import { app, streams } from './app.ts';

const port = Number(process.env['PORT'] ?? 8080);

// Trap: Bun closes a connection after 10 s without a byte, before the first comment after 15 s; 0 is for never.
const server = Bun.serve({ port, fetch: app.fetch, idleTimeout: 0 });
console.log(`http://localhost:${port}/events`);

process.once('SIGTERM', async () => {
  // Trap: `stop` waits for every stream, which never ends by itself, until whoever stops the server kills it.
  const stopped = server.stop();
  streams.endAll();
  // Whoever does not read its stream does not see the end of it either.
  const slow = setTimeout(() => server.stop(true), 300);
  await stopped;
  clearTimeout(slow);
});

/** The part of Bun that is used here, for those who have no `@types/bun`. */
declare const Bun: {
  serve(options: {
    port: number;
    fetch: (request: Request) => Response | Promise<Response>;
    /** In seconds. */
    idleTimeout: number;
  }): { stop(closeActiveConnections?: boolean): Promise<void> };
};
