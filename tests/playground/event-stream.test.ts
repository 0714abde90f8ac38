import { get, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createEventLog, type EventLog } from '../../visualizations/playground/server/stream/event-log.ts';
import { createStreamServer } from '../../visualizations/playground/server/stream/stream-server.ts';

const reader = 'http://reader.example';
const cleanUp: (() => unknown)[] = [];

afterEach(async () => {
  for (const undo of cleanUp.splice(0)) await undo();
});

describe('the event stream of the playground', () => {
  it('goes on after the ID that a client brings, by header and by query', async () => {
    const log = createEventLog({ run: '7' });
    const url = await serve(log);
    appendMany(log, 5);

    for (const [path, headers] of [
      [url, { 'Last-Event-ID': '7-3' }],
      [`${url}?lastEventId=7-3`, {}],
    ] as const) {
      const { response, events } = await listen(path, headers);
      expect(response.headers['x-replayed']).toBe('2');
      await expect.poll(() => events().map(({ seq }) => seq)).toEqual([4, 5]);
    }
  });

  it('starts with the present for a client that brings no ID', async () => {
    const log = createEventLog();
    const url = await serve(log);
    appendMany(log, 5);
    const { events } = await listen(url);
    appendMany(log, 1);
    await expect.poll(() => events().map(({ seq }) => seq)).toEqual([6]);
  });

  it('says how much is lost when the log no longer reaches back', async () => {
    const log = createEventLog({ capacity: 3, run: '7' });
    const url = await serve(log);
    appendMany(log, 10);
    const { response, events } = await listen(url, { 'Last-Event-ID': '7-4' });
    expect(response.headers['x-replay-lost']).toBe('3');
    await expect.poll(events).toMatchObject([{ count: 3 }, { seq: 8 }, { seq: 9 }, { seq: 10 }]);
  });

  it.each(['6-2', '7-99', 'rubbish'])(
    'gives everything it has for an ID that it does not know: %s',
    async (id) => {
      const log = createEventLog({ run: '7' });
      const url = await serve(log);
      appendMany(log, 2);
      const { response, events } = await listen(url, { 'Last-Event-ID': id });
      expect(response.headers['x-replay-unknown-id']).toBe('true');
      await expect.poll(() => events().map(({ seq }) => seq)).toEqual([1, 2]);
    },
  );

  it.each(['//', '/events/%', '/%', '/events/%E0%A4%A'])(
    'goes on for the others when somebody asks for %s',
    async (path) => {
      const log = createEventLog();
      const url = await serve(log);
      const { origin } = new URL(url);
      (await listen(`${origin}${path}`)).response.destroy();
      const { events } = await listen(url);
      appendMany(log, 1);
      await expect.poll(() => events().map(({ seq }) => seq)).toEqual([1]);
    },
  );

  it('waits for a client that does not read, and then goes on without a gap', async () => {
    const log = createEventLog();
    const url = await serve(log);
    const { response, events } = await listen(url);
    response.pause();
    appendMany(log, 500, 'x'.repeat(50_000));
    response.resume();
    await expect.poll(() => events().at(-1)?.seq).toBe(500);
    expect(events().map(({ seq }) => seq)).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
  });

  it('sends keep-alive comments and a reconnection time', async () => {
    const { text } = await listen(await serve(createEventLog()));
    await expect.poll(text).toMatch(/^:\n\nretry: 70\n\n: keep-alive\n\n/);
  });

  it('lets the pages that it is for send Last-Event-ID and read Retry-After', async () => {
    const url = await serve(createEventLog());
    const { headers } = await fetch(url, { method: 'OPTIONS', headers: { Origin: reader } });
    expect(headers.get('access-control-allow-origin')).toBe(reader);
    expect(headers.get('vary')).toBe('Origin');
    expect(headers.get('access-control-allow-headers')).toContain('Last-Event-ID');
    expect(headers.get('access-control-expose-headers')).toContain('Retry-After');
  });
});

async function serve(log: EventLog): Promise<string> {
  const pace = { every: 1_000, keepAlive: 20, retry: 70 };
  const streams = createStreamServer({
    log,
    pace,
    isReader: (origin) => origin === reader,
    intercept: () => false,
  });
  cleanUp.push(() => streams.close());
  return `http://127.0.0.1:${await streams.listen(0)}/events`;
}

function appendMany(log: EventLog, count: number, padding = ''): void {
  for (let left = count; left > 0; left -= 1) log.append('sample', { padding });
}

async function listen(url: string, headers: Record<string, string> = {}) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers }, resolve).on('error', reject);
  });
  let received = '';
  response.setEncoding('utf8').on('data', (chunk) => {
    received += chunk;
  });
  response.on('error', () => {}); // the server is closed before the stream has ended
  cleanUp.unshift(() => response.destroy());
  return {
    response,
    text: () => received,
    events: (): { seq?: number; count?: number }[] =>
      [...received.matchAll(/^data: (.*)\n\n/gm)].map(([, data = '']) => JSON.parse(data)),
  };
}
