import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { app, streams } from './app.ts';

const port = Number(process.env['PORT'] ?? 8080);
const server = createServer(getRequestListener(app.fetch));
server.listen(port, () => console.log(`http://localhost:${port}/events`));

process.once('SIGTERM', () => {
  server.close();
  // Trap: `close` waits for every stream, which never ends by itself, until whoever stops the server kills it.
  streams.endAll();
  // Whoever does not read its stream does not see the end of it either.
  setTimeout(() => server.closeAllConnections(), 300).unref();
});
