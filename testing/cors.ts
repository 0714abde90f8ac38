import type { NodeRequest } from './node-http.ts';

type RequestHeaders = NodeRequest['headers'];

/** Lets a page of any origin read the answer, also with cookies. The socket is not kept for another request. */
export function corsHeaders({ origin = '*' }: RequestHeaders): Record<string, string> {
  return {
    connection: 'close',
    'access-control-allow-origin': String(origin),
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'Last-Event-ID, Retry-After, Date',
  };
}

/** Lets a page send any method and headers that it asks for. */
export function preflightHeaders(headers: RequestHeaders): Record<string, string> {
  const method = headers['access-control-request-method'];
  const names = headers['access-control-request-headers'];
  return {
    ...corsHeaders(headers),
    'access-control-allow-methods': String(method),
    ...(names !== undefined && { 'access-control-allow-headers': String(names) }),
  };
}
