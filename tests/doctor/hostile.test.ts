import { once } from 'node:events';
import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createBrotliCompress, createDeflate } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { examine } from '../../doctor/index.ts';
import { selfSigned } from './certificate.ts';
import { startServer } from './manners.ts';
import { startRawServer } from './raw-server.ts';

const quick = { watch: 500, timeout: 60_000 };

const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n';

describe('there is no answer', () => {
  test('where nothing listens', async () => {
    const server = await startServer();
    await server[Symbol.asyncDispose]();
    const report = await examine(server.url, quick);
    expect(report.unreachable).toMatch(/^Nothing listens at 127\.0\.0\.1:\d+\.$/);
    expect(report.findings.map(({ check }) => check)).toEqual(['answer']);
    expect(report).toMatchObject({ requests: 1, passed: [], findings: [{ severity: 'error' }] });
  });

  test('where the name leads nowhere', async () => {
    const { unreachable } = await examine('http://nowhere.invalid/events', quick);
    expect(unreachable).toMatch(/nowhere\.invalid/);
  });

  test('where the certificate is signed by nobody', async () => {
    await using server = await startServer({ tls: 'h2' });
    const { unreachable } = await examine(server.url, quick);
    expect(unreachable).toMatch(/not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\).*--insecure/);
  });

  test('where TLS is spoken to a server that has none', async () => {
    await using server = await startServer();
    const { unreachable } = await examine(server.url.replace('http:', 'https:'), quick);
    expect(unreachable).toMatch(/does not speak TLS|TLS handshake/);
  });

  test('where plain HTTP is spoken to a server with TLS', async () => {
    await using server = await startServer({ tls: 'h2' });
    const { unreachable } = await examine(server.url.replace('https:', 'http:'), quick);
    expect(unreachable).toMatch(/reset|without an answer|not valid HTTP/);
  });

  test.each([
    ['garbage', 'hello\0\n\n\xff\xfe', /not valid HTTP \(HPE_\w+\)/],
    ['headers without end', `${head}${'X-A: b\r\n'.repeat(10_000)}`, /larger than 16 kB/],
    ['half a line, and the end', 'HTTP/1.1 2', /without an answer|not valid/],
  ])('where %s comes', async (_, bytes, sentence) => {
    await using server = await startRawServer((socket) => socket.end(bytes));
    const { unreachable } = await examine(server.url, quick);
    expect(unreachable).toMatch(sentence);
  });
});

// The times given are longer than a busy machine stands still.
describe('the examination ends in time', () => {
  test.each([
    ['never answers', () => {}],
    [
      'never ends its headers',
      (socket: { write(text: string): void }) => socket.write('HTTP/1.1 200 OK\r\nX-A: b\r\n'),
    ],
  ])('where a server %s', async (_, answer) => {
    await using server = await startRawServer(answer);
    const { findings, unreachable, duration } = await examine(server.url, { watch: 500, patience: 2_000 });
    expect(unreachable).toBeNull();
    expect(findings.map(({ check, seen }) => [check, seen])).toEqual([
      ['headers', expect.stringMatching(/^The request was taken, and no headers came in \d+(\.\d+)? s\.$/)],
    ]);
    expect(duration).toBeLessThan(6_300);
  });

  test('where the bytes never end', async () => {
    await using server = await startRawServer((socket) => {
      socket.write(`${head}\r\n`);
      const pour = () => {
        while (!socket.destroyed && socket.write(`data: ${'x'.repeat(60_000)}\n\n`));
      };
      socket.on('drain', pour);
      pour();
    });
    const { findings, duration } = await examine(server.url, {
      ...quick,
      watch: 15_000,
      only: ['status', 'flood'],
    });
    expect(findings.map(({ check }) => check)).toContain('flood');
    expect(duration).toBeLessThan(15_000);
  });

  test('where a few bytes are a great many when they are unpacked', async () => {
    await using server = await startServer({
      answer: (_, response) => {
        response.writeHead(200, { 'content-encoding': 'br' });
        const packer = createBrotliCompress();
        packer.pipe(response);
        packer.end(Buffer.alloc(12 * 2 ** 20, 'x'));
        return true;
      },
    });
    const { findings } = await examine(server.url, { ...quick, watch: 10_000, only: ['flood'] });
    expect(findings.map(({ seen }) => seen)).toEqual([expect.stringMatching(/^8 MB came in/)]);
  });

  test('when the time is over, with what there was time for', async () => {
    await using server = await startServer();
    const { skipped, passed, duration } = await examine(server.url, { watch: 1_200, timeout: 2_000 });
    expect(passed).toContain('status');
    expect(skipped).toContainEqual({ check: 'cleanup', because: 'no time was left' });
    expect(duration).toBeLessThan(4_300);
  });
});

test.each<[string, (stream: ServerHttp2Stream) => void, string]>([
  ['is reset', (stream) => stream.destroy(new Error('no')), 'The server reset the stream.'],
  ['is cut', (stream) => stream.session?.destroy(), 'The connection was cut in the middle of the answer.'],
])('a stream of HTTP/2 that %s is told', async (_, end, sentence) => {
  const server = createSecureServer(selfSigned);
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond({ ':status': 200, 'content-type': 'text/event-stream' });
    stream.write('data: a\n\n');
    setTimeout(end, 100, stream);
  });
  await once(server.listen(0), 'listening');
  const { port } = server.address() as AddressInfo;
  const options = { ...quick, watch: 5_000, insecure: true, only: ['cut'] } as const;
  const { findings } = await examine(`https://localhost:${port}`, options);
  server.close();
  expect(findings.map(({ seen }) => seen)).toEqual([expect.stringMatching(new RegExp(`ms: ${sentence}`))]);
});

test('leaves no stream open', async () => {
  await using server = await startServer();
  await examine(server.url, quick);
  await expect.poll(() => server.streams).toBe(0);
});

test('a body that is not packed as the header says is told', async () => {
  await using server = await startServer({ headers: { 'content-encoding': 'gzip' } });
  const { findings } = await examine(server.url, { ...quick, only: ['cut'] });
  expect(findings[0]?.seen).toContain('`Content-Encoding: gzip`');
});

test('a stream that is deflated is read', async () => {
  await using server = await startServer({
    answer: (_, response) => {
      response.writeHead(200, { 'content-encoding': 'deflate' });
      const packer = createDeflate();
      packer.pipe(response);
      packer.end('id: 1\ndata: a\n\nid: 1\ndata: b\n\n');
      return true;
    },
  });
  const { findings } = await examine(server.url, { ...quick, only: ['ids-moving'] });
  expect(findings).toHaveLength(1);
});
