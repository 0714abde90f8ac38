import { createServer } from 'node:http';
import { now } from '../processes.ts';
import { sendWire } from '../wire.ts';

// Runs in a process of its own, so that its work does not count as the client's.
const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  response.writeHead(200, { 'content-type': 'text/event-stream', 'access-control-allow-origin': '*' });
  if (pathname === '/stream') {
    void sendWire(response, searchParams).then(() => process.send?.({ writtenAt: now() }));
  }
  if (pathname === '/idle') response.write('data: hello\n\n');
  if (pathname === '/drop') {
    response.write(`retry: ${searchParams.get('retry')}\ndata: hello\n\n`);
    setTimeout(() => {
      process.send?.({ closedAt: now() });
      response.destroy();
    }, 50);
  }
});

server.requestTimeout = 0;
server.listen(0, '127.0.0.1', 32_768, () => {
  const address = server.address();
  if (address && typeof address === 'object') process.send?.({ port: address.port });
});
process.once('disconnect', () => process.exit());
