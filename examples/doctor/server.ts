import { createServer, type ServerResponse } from 'node:http';

interface Entry {
  readonly id: string;
  readonly data: string;
}

const log: Entry[] = [];
const streams = new Set<ServerResponse>();

/** Sends an event to everybody, and keeps it for those who come back. */
export function publish(data: object) {
  const entry = { id: String(log.length + 1), data: JSON.stringify(data) };
  log.push(entry);
  for (const response of streams) send(response, entry);
}

export const server = createServer((request, response) => {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  response.write(':\n\n');
  const lastEventId = request.headers['last-event-id'];
  const known = log.findIndex(({ id }) => id === lastEventId);
  const missed = lastEventId === undefined ? [] : log.slice(known + 1);
  for (const entry of missed) send(response, entry);
  streams.add(response);
  const keepAlive = setInterval(() => response.write(':\n\n'), 15_000);
  response.on('close', () => {
    streams.delete(response);
    clearInterval(keepAlive);
  });
});

function send(response: ServerResponse, { id, data }: Entry) {
  response.write(`id: ${id}\ndata: ${data}\n\n`);
}
