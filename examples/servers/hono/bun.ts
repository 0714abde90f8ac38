import { app, streams } from './app.ts';

const port = Number(process.env['PORT'] ?? 8080);

// Trap: Bun closes a connection after 10 s without a byte, but the first comment comes after 15 s. 0 means never.
const server = Bun.serve({ port, fetch: app.fetch, idleTimeout: 0 });
console.log(`http://localhost:${port}/events`);

process.once('SIGTERM', async () => {
  // Trap: `stop` waits for every stream. Streams never end by themselves, so it would wait until somebody kills the
  // server.
  const stopped = server.stop();
  streams.endAll();
  // A client that does not read its stream does not see its end either.
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
