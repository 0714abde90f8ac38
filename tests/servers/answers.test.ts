import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createConnection } from '../../index.ts';
import { until } from '../support/until.ts';
import { ask } from './ask.ts';
import { accessChecks, conformanceEnv } from './conformance.ts';
import { campaign, socketsOf } from './restarts.ts';
import { type RunningServer, runServer } from './run-server.ts';
import { answers } from './servers.ts';

const words = Math.round(campaign.events / 2);

describe('an answer', () => {
  let server: RunningServer;
  /** Of an answer that is whole. */
  let path: string;

  beforeAll(async () => {
    server = await runServer(answers, { ...conformanceEnv, WORDS: '3', PACE: '2000' });
    const asked = await question('Why');
    path = asked.response.headers.get('location') ?? '';
    while (await asked.next()) {
      // To the end.
    }
  });

  afterAll(() => server[Symbol.asyncDispose]());

  const question = (prompt: string) =>
    ask(server, { method: 'POST', path: '/answers', body: { prompt }, headers: { Connection: 'close' } });

  test.each(Object.entries(accessChecks))('%s', (_, check) => check({ ...server, path }));

  test('begins with its headers, its place and a comment before the first word', async () => {
    await using asked = await question('Who');
    expect(asked.response.status).toBe(201);
    expect(asked.response.headers.get('location')).toMatch(/^\/answers\/[\w-]+$/);
    expect(asked.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(asked.response.headers.get('cache-control')).toContain('no-store');
    expect(asked.response.headers.get('x-accel-buffering')).toBe('no');
    expect(await asked.next()).toEqual({ '': 'connected', id: '0' });
    expect(await asked.next()).toEqual({ '': 'keep-alive' });
  });

  test('is sent again as a whole to who names no event, and from there on to who does', async () => {
    await using whole = await ask(server, { path });
    const blocks = [await whole.nextEvent(), await whole.nextEvent(), await whole.nextEvent()];
    expect(blocks.map((block) => block?.['data'])).toEqual(['"Why 0 "', '"Why 1 "', '"Why 2 "']);
    expect(await whole.nextEvent()).toMatchObject({ event: 'done' });
    expect(await whole.nextEvent()).toBeNull();

    const id = blocks[1]?.['id'] ?? '';
    for (const resume of [{ headers: { 'Last-Event-ID': id } }, { query: { lastEventId: id } }]) {
      await using rest = await ask(server, { path, ...resume });
      expect(await rest.nextEvent()).toEqual(blocks[2]);
      expect(await rest.nextEvent()).toMatchObject({ event: 'done' });
    }
  });

  test('is answered with 204 to who has all of it', async () => {
    await using whole = await ask(server, { path });
    let last = '';
    for (let block = await whole.nextEvent(); block; block = await whole.nextEvent())
      last = block['id'] ?? '';
    await using again = await ask(server, { path, headers: { 'Last-Event-ID': last } });
    expect(again.response.status).toBe(204);
  });

  test('is nobody else’s', async () => {
    await using asked = await ask(server, { path, token: 'user-eve' });
    expect(asked.response.status).toBe(404);
  });

  test('goes on when its reader is kicked or leaves', async () => {
    await using kicked = await question('How');
    const place = kicked.response.headers.get('location') ?? '';
    await using _other = await ask(server, { path: place });
    await using _newest = await ask(server, { path: place });
    expect(await kicked.nextEvent()).toMatchObject({ event: 'kicked' });
    expect(await kicked.nextEvent()).toBeNull();
  });

  test('ends within a second of a SIGTERM, without its last word', async () => {
    await using asked = await question('When');
    const ended = asked.nextEvent();
    const { code, time, late } = await server.stop('SIGTERM');
    expect(await ended).toBeNull();
    expect(code).toBe(0);
    expect(time - late).toBeLessThan(1_000);
  });
});

test(`answers are asked for once, and whole after ${campaign.stops.join(', ')}`, async () => {
  await using server = await runServer(answers, { WORDS: String(words), PACE: '20', KEEP_ALIVE: '1000' });
  let posts = 0;
  const clients = Array.from({ length: campaign.clients }, (_, index) => {
    const text: string[] = [];
    let location = '';
    const connection = createConnection(`${server.origin}/answers`, {
      method: 'POST',
      headers: { Authorization: `Bearer user-${index}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ prompt: `Question ${index}:` }),
      fetch: (input, init) => {
        if (init?.method === 'POST') posts += 1;
        return fetch(input, init);
      },
      onResponse: ({ headers }) => {
        location = headers.get('Location') ?? location;
      },
      resume: {
        url: () => new URL(location, server.origin),
        headers: { Authorization: `Bearer user-${index}` },
      },
      closeOn: 'done',
      retryDelay: 50,
      maxRetryDelay: 200,
      maxRetries: Infinity,
    });
    connection.on('message', ({ data }) => text.push(String(data)));
    return {
      connection,
      text,
      wanted: Array.from({ length: words }, (_, word) => `Question ${index}: ${word} `),
    };
  });

  for (const [index, signal] of campaign.stops.entries()) {
    const goal = (words * (index + 0.5)) / (campaign.stops.length + 1);
    await until(() => clients.every(({ text }) => text.length > goal));
    await server.stop(signal);
    await server.start();
  }
  await until(() => clients.every(({ connection }) => connection.state.status === 'closed'));
  for (const { text, wanted } of clients) expect(text).toEqual(wanted);
  expect(posts).toBe(clients.length);
  await until(() => socketsOf(server.port) === 0, 'no socket to be left');
});
