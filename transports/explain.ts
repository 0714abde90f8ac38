// In development, failures are explained: in their message, and once for each cause on the console. A bundler for
// production removes all of it.

/** The causes, each with what to do. docs/troubleshooting.md has a section of the same name. */
export const explanations = {
  'no-headers':
    'the server does not flush its headers, or writes nothing after them, for which Firefox waits (send a comment at once); nginx holds them (send `X-Accel-Buffering: no`, or set `proxy_buffering off`); six HTTP/1.1 connections to the origin are open (use HTTP/2)',
  'six-connections':
    'this page alone has {count} requests and streams to that origin, and over HTTP/1.1 a browser has six connections to it, all tabs together (use HTTP/2, `share`, or `sse-machine/tabs`); or the server does not flush its headers, or nginx holds them (send `X-Accel-Buffering: no`, or set `proxy_buffering off`)',
  preflight:
    'name it in Access-Control-Allow-Headers, or set `lastEventIdHeader: false` and `lastEventIdParam`',
  cors: 'nobody listens there, the answer has no Access-Control-Allow-Origin, or the preflight does not allow your headers',
  'content-type':
    'the URL leads to a sign-in or to the page that a server falls back to, or the answer lacks `Content-Type: text/event-stream`',
  idle: 'the server sends no comment within `idleTimeout`, a proxy holds them back, or the connection is lost',
} as const;

type Cause = keyof typeof explanations;

const page = 'https://github.com/sse-machine/sse-machine/blob/main/docs/troubleshooting.md';
const told = new Set<Cause>();

/** How often a connection has met a cause. */
const counts = new WeakMap<object, number>();

/**
 * How often a connection must meet a cause before it is told; by default once. A restarting server looks the same for
 * a moment.
 */
const patience: { readonly [Name in Cause]?: number } = { preflight: 3, cors: 3 };

/** The origins of the requests and the streams that are under way. */
const origins = new Map<object, string>();

/**
 * Explains the cause of a failure on the console, once for each cause.
 *
 * @param memory The memory of the connection.
 * @returns Advice for the message of the error; empty in production, and where there is no `process`.
 */
export function explain(cause: string, memory: { readonly resource: string | undefined }): string {
  try {
    if (process.env.NODE_ENV !== 'production' && Object.hasOwn(explanations, cause)) {
      const sockets = cause === 'no-headers' ? socketsTaken(memory.resource) : 0;
      const known = sockets > 0 ? 'six-connections' : (cause as Cause);
      const words = explanations[known].replace('{count}', String(sockets));
      const count = (counts.get(memory) ?? 0) + 1;
      counts.set(memory, count);
      if (count < (patience[known] ?? 1) || told.has(known)) return words;
      told.add(known);
      console.warn(`sse-machine: ${titles[known]}: ${words}. ${page}#${known}`);
      return words;
    }
  } catch {}
  return '';
}

/** Counts a request, and its stream, until it is {@link forgetRequest forgotten}. */
export function countRequest(request: object, resource: string): void {
  try {
    if (process.env.NODE_ENV !== 'production') origins.set(request, originOf(resource));
  } catch {}
}

export function forgetRequest(request: object): void {
  try {
    if (process.env.NODE_ENV !== 'production') origins.delete(request);
  } catch {}
}

const titles: Record<Cause, string> = {
  'no-headers': 'No answer within `connectTimeout`. Usual causes',
  'six-connections': 'No answer within `connectTimeout`. Usual causes',
  preflight: 'A request to another origin failed that has the last event ID in a header',
  cors: 'A request to another origin failed',
  'content-type': 'The answer is no event stream',
  idle: 'The stream fell silent',
};

/** How many connections to one origin a browser opens over HTTP/1.1. */
const mostSockets = 6;

/** How many requests and streams to the origin this page has open; 0 where they cannot be the cause. */
function socketsTaken(resource = ''): number {
  const origin = originOf(resource);
  const count = [...origins.values()].filter((one) => one === origin).length;
  const isPage = globalThis.location !== undefined; // a page or a worker, not a server
  return isPage && count >= mostSockets && !isMultiplexed(origin) ? count : 0;
}

/** Whether the browser has used HTTP/2 or later with the origin. For other origins it may not tell. */
function isMultiplexed(origin: string): boolean {
  const entries = [
    ...performance.getEntriesByType('navigation'),
    ...performance.getEntriesByType('resource'),
  ];
  return entries.some(
    (entry) =>
      entry.name.startsWith(`${origin}/`) &&
      /^h[23]/.test((entry as PerformanceResourceTiming).nextHopProtocol),
  );
}

function originOf(resource: string): string {
  return /^\w+:\/\/[^/]+/.exec(resource)?.[0] ?? '';
}

declare const process: { env: { NODE_ENV?: string } };
