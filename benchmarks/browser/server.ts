import { createServer } from 'node:http';
import { sendWire } from '../wire.ts';
import { bundlePages } from './bundle-pages.ts';
import { sendPaced } from './rendering/send-paced.ts';

// Runs in a process of its own, so that its work does not count as the page's. Pages and streams have one origin.
const scripts = await bundlePages();

const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const script = scripts.get(pathname);
  if (script) {
    response.setHeader('content-type', 'text/javascript; charset=utf-8').end(script);
  } else if (pathname === '/stream') {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'access-control-allow-origin': '*' });
    void sendWire(response, searchParams);
  } else if (pathname === '/paced') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    sendPaced(response, Number(searchParams.get('rate')), Number(searchParams.get('count')));
  } else if (pathname === '/favicon.ico') {
    response.writeHead(204).end();
  } else {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><main></main><script type="module" src="${pathname}/page.js"></script>`);
  }
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address && typeof address === 'object') process.send?.({ port: address.port });
});
process.once('disconnect', () => process.exit());
