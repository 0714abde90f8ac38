/** The sender of a request. */
export interface Visitor {
  readonly user: string;
}

/** The status and the headers of an answer without a stream. */
export interface Refusal {
  readonly status: 204 | 401 | 403 | 429;
  readonly headers: Readonly<Record<string, string>>;
}

/** The tokens of this example that get no stream. An app asks its sessions, its rights and its rate limiter instead. */
const refusals = new Map<string, Refusal>([
  // 204 ends a client for good. The standard has no other way to stop an EventSource.
  ['signed-out', { status: 204, headers: {} }],
  ['no-rights', { status: 403, headers: {} }],
  // In seconds. EventSource ignores it and closes for good; other clients come back then.
  ['too-often', { status: 429, headers: { 'Retry-After': '30' } }],
]);

/**
 * @param authorization The header, for clients that can send one.
 * @param token From the query, for EventSource, which has no headers. URLs are written to logs: let such a token be
 * short-lived, or use a cookie.
 */
export function judge(authorization: string | null | undefined, token: unknown): Visitor | Refusal {
  const given = authorization?.replace(/^Bearer /i, '') ?? String(token);
  const user = /^user-(\w+)$/.exec(given)?.[1];
  if (user !== undefined) return { user };
  return refusals.get(given) ?? { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } };
}

/** The second origin whose pages may read the streams. */
const allowedOrigin = process.env['ALLOWED_ORIGIN'] ?? 'http://localhost:5173';

/**
 * The headers for pages of another origin, for every answer: a page sees no status of an answer without them, so it
 * could not tell a 401 from a broken network.
 */
export function crossOrigin(origin: string | null | undefined): Record<string, string> {
  // A cache must not give the answer for one origin to another.
  if (origin !== allowedOrigin) return { Vary: 'Origin' };
  return {
    Vary: 'Origin',
    'Access-Control-Allow-Origin': allowedOrigin,
    'Access-Control-Allow-Credentials': 'true',
    'Access-Control-Allow-Methods': 'GET, POST',
    // Trap: the first request of a page has no Last-Event-ID, so it needs no preflight. Without this header, streams
    // open, but can never be resumed after a break.
    'Access-Control-Allow-Headers': 'Authorization, Content-Type, Last-Event-ID',
    'Access-Control-Expose-Headers': 'Date, Last-Event-ID, Location, Retry-After',
    'Access-Control-Max-Age': '600',
  };
}
