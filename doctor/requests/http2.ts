import { connect as connectHttp2 } from 'node:http2';
import type { Socket } from 'node:net';
import type { ExchangeListener, WireRequest } from './exchange.ts';
import { joined } from './http1.ts';
import { troubleOf } from './trouble.ts';

/** Sends a request over a socket in HTTP/2. */
export function speakHttp2(
  socket: Socket,
  { url, method, headers, body }: WireRequest,
  listener: ExchangeListener,
): void {
  // Headers about the connection exist only in HTTP/1.
  const { connection: _, host: __, ...rest } = headers;
  const session = connectHttp2(url.origin, { createConnection: () => socket });
  const isBroken = (error: unknown) => listener.over({ how: 'broken', reason: troubleOf(error, url) });
  session.on('error', isBroken);
  session.on('close', () => listener.over({ how: 'broken', reason: 'The server closed the connection.' }));
  const stream = session.request(
    { ...rest, ':method': method, ':path': `${url.pathname}${url.search}` },
    { endStream: body === undefined },
  );
  stream.on('error', isBroken);
  stream.on('response', (given) => {
    listener.head({ status: Number(given[':status']), headers: joined(given), version: '2' });
  });
  stream.on('data', (chunk: Uint8Array) => listener.bytes(chunk));
  let isWhole = false;
  stream.on('end', () => {
    isWhole = !stream.aborted;
  });
  stream.on('close', () => {
    if (isWhole && stream.rstCode === 0) listener.over({ how: 'ended' });
    else listener.over({ how: 'broken', reason: 'The connection was cut in the middle of the answer.' });
  });
  if (body !== undefined) stream.end(body);
}
