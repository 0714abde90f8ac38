import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { speakHttp1 } from './http1.ts';
import { speakHttp2 } from './http2.ts';
import { troubleOf } from './trouble.ts';

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly url: URL;
  readonly method: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Whether any certificate is accepted. */
  readonly insecure: boolean;
}

/** The part of an answer before its body. */
export interface Head {
  readonly status: number;
  /** By lower-case name; several values are joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly version: '1.0' | '1.1' | '2';
}

/** How an exchange ended: the body is complete, or it broke. The reason is a sentence. */
export type Ending = { readonly how: 'ended' } | { readonly how: 'broken'; readonly reason: string };

/** Is called with the progress of a request. `over` is called once, and nothing after it. */
export interface ExchangeListener {
  /** The connection is open, and the request is being sent. */
  connected(): void;
  head(head: Head): void;
  bytes(chunk: Uint8Array): void;
  over(ending: Ending): void;
}

/**
 * Sends a request over a connection of its own, in the HTTP version that a browser would get.
 *
 * @returns A function that cuts the connection; afterwards the listener is not called.
 */
export function openExchange(request: WireRequest, listener: ExchangeListener): () => void {
  let isOver = false;
  const socket = connect(request);
  const guarded: ExchangeListener = {
    connected: () => isOver || listener.connected(),
    head: (head) => isOver || listener.head(head),
    bytes: (chunk) => isOver || listener.bytes(chunk),
    over(ending) {
      if (isOver) return;
      cut();
      listener.over(ending);
    },
  };
  function cut(): void {
    isOver = true;
    socket.destroy();
  }
  socket.on('error', (error) => guarded.over({ how: 'broken', reason: troubleOf(error, request.url) }));
  socket.once(isSecure(request) ? 'secureConnect' : 'connect', () => {
    if (isOver) return;
    listener.connected();
    const speak = 'alpnProtocol' in socket && socket.alpnProtocol === 'h2' ? speakHttp2 : speakHttp1;
    try {
      speak(socket, request, guarded);
    } catch (error) {
      guarded.over({ how: 'broken', reason: troubleOf(error, request.url) });
    }
  });
  return cut;
}

function connect({ url, insecure }: WireRequest): Socket {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.protocol === 'http:') return connectTcp({ host, port: Number(url.port) || 80 });
  return connectTls({
    host,
    port: Number(url.port) || 443,
    ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
    ALPNProtocols: ['h2', 'http/1.1'],
    rejectUnauthorized: !insecure,
  });
}

function isSecure({ url }: WireRequest): boolean {
  return url.protocol === 'https:';
}
