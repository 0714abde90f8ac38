import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { app, streams } from './app.ts';

const port = Number(process.env['PORT'] ?? 8080);
const server = createServer(getRequestListener(app.fetch));
server.listen(port, () => console.log(`http://localhost:${port}/events`));

process.once('SIGTERM', () => {
  server.close();
  // Trap: `close` waits for every stream. Streams never end by themselves, so it would wait until somebody kills the
  // server.
  streams.endAll();
  // A client that does not read its stream does not see its end either.
  setTimeout(() => server.closeAllConnections(), 300).unref();
});
