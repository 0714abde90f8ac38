// A clock that loses nothing: the ID of an event is its second, so that missed events can be sent again.
import { createServer } from 'node:http';

const now = () => Math.floor(Date.now() / 1_000);

createServer((request, response) => {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
    'access-control-allow-origin': '*',
    'access-control-allow-headers': 'last-event-id',
  });
  response.flushHeaders();
  let last = Number(request.headers['last-event-id']) || now() - 1;
  const timer = setInterval(() => {
    while (last < now()) {
      last += 1;
      const time = new Date(last * 1_000).toISOString().slice(11, 19);
      response.write(`event: tick\nid: ${last}\ndata: ${JSON.stringify({ time })}\n\n`);
    }
  }, 200);
  response.on('close', () => clearInterval(timer));
}).listen(Number(process.env.PORT ?? 8080));
