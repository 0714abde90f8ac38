import { request as requestHttp1 } from 'node:http';
import type { Socket } from 'node:net';
import type { ExchangeListener, WireRequest } from './exchange.ts';
import { troubleOf } from './trouble.ts';

/** Sends a request over a socket in HTTP/1.1. */
export function speakHttp1(
  socket: Socket,
  { url, method, headers, body }: WireRequest,
  listener: ExchangeListener,
): void {
  const outgoing = requestHttp1({
    createConnection: () => socket,
    method,
    path: `${url.pathname}${url.search}`,
    // As a browser does; Node would send `connection: close`.
    headers: { host: url.host, connection: 'keep-alive', ...headers },
  });
  const isBroken = (error: unknown) => listener.over({ how: 'broken', reason: troubleOf(error, url) });
  outgoing.on('error', isBroken);
  outgoing.on('response', (response) => {
    listener.head({
      status: response.statusCode ?? 0,
      headers: joined(response.headers),
      version: response.httpVersion === '1.0' ? '1.0' : '1.1',
    });
    response.on('data', (chunk: Uint8Array) => listener.bytes(chunk));
    response.on('end', () => listener.over({ how: 'ended' }));
    response.on('error', isBroken);
  });
  // A switch to another protocol, which no request here asks for.
  outgoing.on('upgrade', () =>
    listener.over({ how: 'broken', reason: 'The server switched to another protocol.' }),
  );
  outgoing.end(body);
}

/** The headers as text, without the pseudo-headers of HTTP/2. */
export function joined(
  headers: Readonly<Record<string, string | readonly string[] | number | undefined>>,
): Record<string, string> {
  const entries = Object.entries(headers).filter(
    ([name, value]) => value !== undefined && !name.startsWith(':'),
  );
  return Object.fromEntries(entries.map(([name, value]) => [name, [value].flat().join(', ')]));
}
