import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { createScriptedResolver } from '../../testing/index.ts';
import { status, stream } from '../support/sse-server.ts';
import { connect, dataOf, listen, reached, server } from '../support/stepped-connection.ts';
import { until } from '../support/until.ts';
import { fromNpm } from './from-npm.ts';

afterEach(() => vi.unstubAllGlobals());

const headers = { 'x-api-key': 'key' };

test('node-fetch, whose bodies are Readables of Node, reads streams and tells refusals by their status', async () => {
  const { default: fetch } = await import(
    pathToFileURL(join(fromNpm('node-fetch', '3.3.2'), 'src/index.js')).href
  );
  for (const options of [{ fetch }, { fetch, headers }]) {
    server.answer(stream);
    const { connection, received } = listen(options);
    await reached(connection, 'open');
    server.write('data: ż\n\n');
    await until(() => received.length === 1);
    expect(dataOf(received)).toEqual(['ż']);
    connection.close();
    await until(() => server.sockets.size === 0, 'the socket to be closed');

    for (const [code, kind] of [
      [401, 'unauthorized'],
      [403, 'forbidden'],
      [404, 'http'],
    ] as const) {
      server.answer(status(code));
      const refused = listen(options).connection;
      await reached(refused, 'failed');
      expect(refused.state.error).toMatchObject({ kind, status: code });
    }
  }
});

test('a `fetch` that MSW has replaced knows where a relative URL leads to', async () => {
  const msw = fromNpm('msw', '2.15.0');
  const require = createRequire(join(msw, 'package.json'));
  const { http, HttpResponse } = require('msw');
  vi.stubGlobal('location', { href: 'http://localhost:3000/' }); // as under jsdom
  const text = 'data: a\n\n';
  const type = { headers: { 'content-type': 'text/event-stream' } };
  const mocked = require('msw/node').setupServer(
    http.get('/api/events', () => new HttpResponse(text, type)),
    http.get('/api/gone', () => new HttpResponse(null, { status: 404 })),
  );
  mocked.listen();
  try {
    for (const options of [{}, { headers }]) {
      const connection = connect(options, '/api/events');
      const received: unknown[] = [];
      connection.on('message', ({ data }) => received.push(data));
      await reached(connection, 'backoff');
      expect(received).toEqual(['a']);
      const refused = connect(options, '/api/gone');
      await reached(refused, 'failed');
      expect(refused.state.error).toMatchObject({ kind: 'http', status: 404 });
    }
  } finally {
    mocked.close();
  }
});

test('a scripted resolver answers the handlers of MSW 2 as well', async () => {
  const require = createRequire(join(fromNpm('msw', '2.15.0'), 'package.json'));
  using scripted = createScriptedResolver();
  const mocked = require('msw/node').setupServer(
    require('msw').http.all('http://localhost/api/events', scripted.resolver),
  );
  mocked.listen();
  try {
    const connection = connect({ retryDelay: 0 }, 'http://localhost/api/events');
    await scripted.accept();
    await scripted.send('a');
    await until(() => connection.state.lastEventId === '1');
    await scripted.drop();
    await reached(connection, 'backoff');
    expect(connection.state.error).toMatchObject({ kind: 'network' });
    connection.reconnect();
    await scripted.accept();
    await reached(connection, 'open');
    connection.close();
    await until(() => scripted.openStreams === 0);
    expect(scripted.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1']);
  } finally {
    mocked.close();
  }
});
