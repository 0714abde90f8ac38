import { isStream, recordsOf } from '../probes/probe.ts';
import type { StreamRecord } from '../requests/live-stream.ts';
import { check, found, quoted, seconds, skip } from './check.ts';

/** Checks of the headers and the HTTP version that decide how an answer is transferred. */
export const transferChecks = {
  'cache-control': check({
    title: 'No cache may keep the stream',
    severity: 'warning',
    needs: ['stream'],
    why: 'A cache that keeps a stream gives its events to others, or again after a reconnect. A proxy may wait for its end.',
    mend: {
      'Any server': 'Send `Cache-Control: no-cache, no-transform`, or `no-store`.',
      Hono: '`streamSSE` says `no-cache`; a middleware after it may have changed that.',
      Cloudflare: 'No cache rule may apply to this path.',
    },
    look({ stream: { record } }) {
      if (!isStream(record)) return skip('there was no stream');
      const value = record.head?.headers['cache-control'] ?? '';
      if (/\b(no-cache|no-store)\b/i.test(value)) return 'fine';
      return found(value === '' ? 'There is no Cache-Control.' : `Cache-Control is ${quoted(value)}.`);
    },
  }),
  'no-transform': check({
    title: 'Proxies are told not to compress the stream',
    severity: 'note',
    needs: ['stream'],
    why: 'Proxies and middleware that compress collect events before they pass them on. Most of them respect `no-transform`.',
    mend: {
      'Any server': 'Send `Cache-Control: no-store, no-transform`.',
      Hono: '`streamSSE` sets `no-cache` over yours: set the header on its answer, `response.headers.set(…)`.',
    },
    look({ stream: { record } }) {
      if (!isStream(record)) return skip('there was no stream');
      const value = record.head?.headers['cache-control'] ?? '';
      return /\bno-transform\b/i.test(value) ? 'fine' : found('Cache-Control does not say `no-transform`.');
    },
  }),
  'accel-buffering': check({
    title: 'The answer tells nginx not to hold events back',
    severity: 'warning',
    needs: ['stream'],
    why: 'nginx, and proxies built on it, collect 4 or 8 kB of events before they send any, unless they are told not to.',
    mend: {
      'Any server': 'Send `X-Accel-Buffering: no`. Where there is no nginx it does no harm.',
      Express: '`res.set("X-Accel-Buffering", "no")`.',
      Hono: '`c.header("X-Accel-Buffering", "no")` before `streamSSE`: it sends none by itself.',
      Fastify: '`reply.raw.setHeader("X-Accel-Buffering", "no")`; fastify-sse-v2 sends none by itself.',
      nginx: 'Or `proxy_buffering off;` in the location; nginx does not pass the header on.',
    },
    look({ stream: { record } }) {
      if (!isStream(record)) return skip('there was no stream');
      const { headers } = record.head ?? { headers: {} as Record<string, string> };
      if (/^no$/i.test(headers['x-accel-buffering'] ?? '')) return 'fine';
      if (/nginx|openresty|tengine/i.test(headers['server'] ?? '')) {
        return skip('nginx answers, which does not pass this header on');
      }
      const value = headers['x-accel-buffering'];
      return found(
        value === undefined ? 'There is no X-Accel-Buffering.' : `X-Accel-Buffering is ${quoted(value)}.`,
      );
    },
  }),
  'content-length': check({
    title: 'The answer has no length',
    severity: 'error',
    needs: ['stream'],
    why: 'A stream with a Content-Length ends after that many bytes, and the sender had collected all of it before it sent the first.',
    mend: {
      'Any server': 'Write the events one by one (`write`), not all of them at the end (`send`, `end`).',
      Cloudflare: 'In a Worker, return a ReadableStream, not text.',
    },
    look({ stream: { record } }) {
      if (!isStream(record)) return skip('there was no stream');
      const length = record.head?.headers['content-length'];
      return length === undefined ? 'fine' : found(`Content-Length is ${quoted(length)}.`);
    },
  }),
  framing: check({
    title: 'A broken stream can be told from one that ended',
    severity: 'note',
    needs: ['stream'],
    why: 'A body that lasts until the connection closes looks complete also when it was cut: half an answer is taken for the whole.',
    mend: {
      'Any server': 'Answer in HTTP/1.1 with `Transfer-Encoding: chunked`, which Node does by itself.',
      nginx: '`proxy_http_version 1.1;` and `proxy_set_header Connection "";`.',
    },
    look({ stream: { record } }) {
      if (!isStream(record) || !record.head) return skip('there was no stream');
      const { version, headers } = record.head;
      if (version === '1.0') return found('The answer is HTTP/1.0: its end is where the connection ends.');
      const isChunked = /\bchunked\s*$/i.test(String(headers['transfer-encoding'])); // the header may say `identity`
      const isFramed = isChunked || headers['content-length'] !== undefined;
      if (version === '2' || isFramed) return 'fine';
      return found('The answer has no length and is not chunked: its end is where the connection ends.');
    },
  }),
  'http-version': check({
    title: 'The server speaks HTTP/2',
    severity: 'warning',
    needs: ['stream'],
    why: 'Over HTTP/1.1 a browser opens six connections to an origin, for all tabs together: with six streams, the seventh tab hangs.',
    mend: {
      'node:http':
        '`createSecureServer({ key, cert, allowHTTP1: true })` of `node:http2`, or a proxy before it.',
      nginx: '`listen 443 ssl; http2 on;`.',
      Caddy: 'It speaks HTTP/2 over HTTPS by itself.',
      HAProxy: '`bind :443 ssl crt … alpn h2,http/1.1`.',
      Client: 'Or one stream for all tabs: `acrossTabs` of `sse-machine/tabs`.',
    },
    look({ stream: { record } }, { url }) {
      if (!record.head) return skip('there was no answer');
      if (record.head.version === '2') return 'fine';
      if (url.protocol === 'http:' && isLocal(url)) return skip('the server is on this machine, without TLS');
      const reason = url.protocol === 'http:' ? ', and without TLS browsers speak no HTTP/2' : '';
      return found(`The answer is HTTP/${record.head.version}${reason}.`);
    },
  }),
  compression: check({
    title: 'Compression holds nothing back',
    severity: 'error',
    needs: ['stream'],
    asks: ['identity'],
    why: 'A compressor that is not flushed after each event collects kilobytes before it gives any out.',
    mend: {
      'Any server': 'Do not compress event streams, or flush the compressor after each event.',
      Express:
        'With `compression`: `Cache-Control: no-transform` on the stream, or `res.flush()` after each `write`.',
      Fastify: 'With @fastify/compress: `compress: false` on the route.',
      nginx: 'Leave `text/event-stream` out of `gzip_types`.',
      Caddy: 'A `match` of `encode` that leaves `text/event-stream` out.',
    },
    look({ stream: { record } }, { all }) {
      const packed = recordsOf(all).filter((one) => isStream(one) && encodingOf(one) !== undefined);
      // Some servers compress only large answers, such as a replay.
      const held = packed.find((one) => waitOf(one) > late);
      if (!held) return isStream(record) ? 'fine' : skip('there was no stream');
      const plain = all.identity ?? (encodingOf(record) === undefined ? record : undefined);
      if (plain?.textAt === undefined) return skip('without compression nothing came either');
      if (waitOf(held) - waitOf(plain) < late) return skip('without compression it is no better');
      const encoding = quoted(encodingOf(held) ?? '');
      return found(
        held.textAt === undefined
          ? `With ${encoding} nothing could be read in ${seconds(held.lasted)}; without it, the first text came after ${seconds(plain.textAt)}.`
          : `With ${encoding} the first text came after ${seconds(held.textAt)}; without it, after ${seconds(plain.textAt)}.`,
      );
    },
  }),
};

/** How much later than the headers the text may come, in milliseconds. */
const late = 800;

function waitOf({ headAt = 0, textAt, lasted }: StreamRecord): number {
  return (textAt ?? lasted) - headAt;
}

function encodingOf({ head }: StreamRecord): string | undefined {
  const encoding = head?.headers['content-encoding'];
  return encoding === 'identity' ? undefined : encoding;
}

function isLocal({ hostname }: URL): boolean {
  return /^(localhost|.*\.localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}
