import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../machines/message.ts';
import { type FetchTransportOptions, fetchTransport } from '../../transports/fetch.ts';
import type { TransportRequest } from '../../transports/transport.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

type Limits = Pick<FetchTransportOptions, 'events' | 'closeOn' | 'refreshOn' | 'keepAlive' | 'maxEventSize'>;

/** The batches of a stream that arrives in the given chunks, through the whole transport. */
async function* batchesOf(
  chunks: Iterable<Uint8Array>,
  request: TransportRequest = { lastEventId: '' },
  limits: Limits = {},
) {
  const fetch = async () =>
    new Response(
      new ReadableStream<Uint8Array>({
        start(controller) {
          for (const chunk of chunks) controller.enqueue(chunk);
          controller.close();
        },
      }),
      { headers: { 'content-type': 'text/event-stream' } },
    );
  const transport = fetchTransport({ url: 'http://localhost/', fetch, ...limits });
  yield* await transport(request, new AbortController().signal);
}

/** Reads a stream to its end. */
async function read(chunks: readonly Uint8Array[], lastEventId = '') {
  const messages: Message[] = [];
  const retries: number[] = [];
  let last = lastEventId;
  for await (const batch of batchesOf(chunks, { lastEventId })) {
    messages.push(...batch.messages);
    last = batch.lastEventId;
    if (batch.retry !== undefined) retries.push(batch.retry);
  }
  return { messages, lastEventId: last, retries };
}

const message = (data: string, id = '', event = 'message') => ({ event, data, id });

const cases: Record<string, [text: string, expected: Awaited<ReturnType<typeof read>>]> = {
  'one event': ['data: a\n\n', { messages: [message('a')], lastEventId: '', retries: [] }],
  'a name and an ID': [
    'event: note\nid: 1\ndata: a\n\n',
    { messages: [message('a', '1', 'note')], lastEventId: '1', retries: [] },
  ],
  'several lines of data': [
    'data: a\ndata\ndata:b\ndata:  c\n\n',
    { messages: [message('a\n\nb\n c')], lastEventId: '', retries: [] },
  ],
  'empty data, which is a message': [
    'data:\n\ndata\n\n',
    { messages: [message(''), message('')], lastEventId: '', retries: [] },
  ],
  'an event without data, which is none': [
    'event: note\n\ndata: a\n\n',
    { messages: [message('a')], lastEventId: '', retries: [] },
  ],
  'comments, which are no messages': [
    ': hello\n:\n\n: again\ndata: a\n:within\n\n',
    { messages: [message('a')], lastEventId: '', retries: [] },
  ],
  'a block of nothing but an ID, which counts': [
    'id: 7\n\ndata: a\n\n',
    { messages: [message('a', '7')], lastEventId: '7', retries: [] },
  ],
  'an empty ID, which forgets the one before': [
    'id: 7\ndata: a\n\nid\ndata: b\n\n',
    { messages: [message('a', '7'), message('b')], lastEventId: '', retries: [] },
  ],
  'an ID with NUL, which is ignored': [
    'id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n',
    { messages: [message('a', '1'), message('b', '1')], lastEventId: '1', retries: [] },
  ],
  'an ID with a control character, which no header can carry back and is ignored too': [
    'id: 1\ndata: a\n\nid: \u0001\ndata: b\n\nid: 3\u007f\ndata: c\n\n',
    { messages: [message('a', '1'), message('b', '1'), message('c', '1')], lastEventId: '1', retries: [] },
  ],
  'an ID with the characters next to those, which counts': [
    'id: 1 2\ndata: a\n\nid: ~\ndata: b\n\nid: 3\u00a0\u00a1\ndata: c\n\n',
    {
      messages: [message('a', '1 2'), message('b', '~'), message('c', '3\u00a0\u00a1')],
      lastEventId: '3\u00a0\u00a1',
      retries: [],
    },
  ],
  'an ID whose block never ended, which does not count': [
    'id: 1\ndata: a\n\nid: 2\ndata: b\n',
    { messages: [message('a', '1')], lastEventId: '1', retries: [] },
  ],
  'no blank line at the end: the last event is incomplete': [
    'data: a\n\ndata: b\n',
    { messages: [message('a')], lastEventId: '', retries: [] },
  ],
  'retry, whatever is not a number, and a huge one': [
    'retry: 10\n\nretry: 10abc\nretry:\nretry: -1\nretry: 1e3\n\nretry: 1000000000000\n\n',
    { messages: [], lastEventId: '', retries: [1_000_000_000_000] },
  ],
  'unknown fields and names in another case, which are ignored': [
    'DATA: x\nfoo: bar\nfoo\ndata: a\n\n',
    { messages: [message('a')], lastEventId: '', retries: [] },
  ],
  'characters of two, three and four bytes': [
    'event: zażółć\nid: ✓\ndata: 漢字 👩‍🚀 ß\n\n',
    { messages: [message('漢字 👩‍🚀 ß', '✓', 'zażółć')], lastEventId: '✓', retries: [] },
  ],
  'a byte order mark, once': [
    '\uFEFFdata: a\n\n\uFEFFdata: b\n\n',
    { messages: [message('a')], lastEventId: '', retries: [] },
  ],
  'two byte order marks, of which only the first is one': [
    '\uFEFF\uFEFFdata: a\n\ndata: b\n\n',
    { messages: [message('b')], lastEventId: '', retries: [] },
  ],
  'a colon and spaces in the data': [
    'data:a: b : c \n\n',
    { messages: [message('a: b : c ')], lastEventId: '', retries: [] },
  ],
  'an event named error, which is a message like any other': [
    'event: error\ndata: a\n\n',
    { messages: [message('a', '', 'error')], lastEventId: '', retries: [] },
  ],
  'nothing at all': ['', { messages: [], lastEventId: '', retries: [] }],
};

describe.each([
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['CR', '\r'],
])('with lines that end in %s', (_, ending) => {
  test.each(Object.entries(cases))('%s', async (_name, [text, expected]) => {
    const bytes = bytesOf(text.replaceAll('\n', ending));
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
    const all = await read(single);
    // How many batches carry a `retry` depends on the chunks; the last one holds either way.
    expect({ ...all, retries: all.retries.slice(-1) }).toEqual(expected);
    for (let at = 0; at <= bytes.length; at += 1) {
      const split = await read([bytes.subarray(0, at), bytes.subarray(at)]);
      expect({ ...split, retries: split.retries.slice(-1) }, `split at byte ${at}`).toEqual(expected);
    }
  });
});

test('mixed line endings are told apart, wherever a chunk ends', async () => {
  const bytes = bytesOf('data: a\r\ndata: b\rdata: c\n\r\ndata: d\r\r\n');
  for (let at = 0; at <= bytes.length; at += 1) {
    const { messages } = await read([bytes.subarray(0, at), bytes.subarray(at)]);
    expect(messages, `split at byte ${at}`).toEqual([message('a\nb\nc'), message('d')]);
  }
});

test('the ID to resume after stays in force until the stream gives another', async () => {
  const { messages } = await read([bytesOf('data: a\n\nid: 9\ndata: b\n\n')], '8');
  expect(messages).toEqual([message('a', '8'), message('b', '9')]);
});

test('an event that nobody asked for still brings its ID, as does a block with nothing else', async () => {
  const text =
    'id: 2\nevent: other\ndata: not wanted\n\nid: 3\n\nid: 4\nevent: note\ndata: wanted\n\nid: 5\n\n';
  const limits = { events: ['note'] };
  const read = [];
  for await (const batch of batchesOf([bytesOf(text)], undefined, limits)) read.push(batch);
  expect(read).toMatchObject([
    { messages: [message('wanted', '4', 'note')], lastEventId: '5', unasked: ['other'] },
  ]);
});

const named = (...names: string[]) => bytesOf(names.map((name) => `event: ${name}\ndata: x\n\n`).join(''));

test.each<[Limits, heard: string[], unasked: string[] | undefined]>([
  [{}, ['message', 'note', 'other', 'other', 'ping'], undefined],
  [{ events: ['note'] }, ['message', 'note'], ['other', 'other']],
  [{ events: [] }, ['message'], ['note', 'other', 'other']],
  [{ events: ['note'], closeOn: 'other' }, ['message', 'note', 'other', 'other'], undefined],
  [{ events: ['note'], refreshOn: ['other'] }, ['message', 'note', 'other', 'other'], undefined],
  [{ events: ['note'], keepAlive: 'other' }, ['message', 'note', 'other', 'other'], undefined],
  [{ events: ['note'], closeOn: ({ event }) => event === 'other' }, ['message', 'note'], ['other', 'other']],
])('with %o a stream brings %o, and tells of %o', async (limits, heard, unasked) => {
  const chunk = named('message', 'note', 'other', 'other', 'ping');
  for await (const batch of batchesOf([chunk], undefined, limits)) {
    expect([batch.messages.map(({ event }) => event), batch.unasked]).toEqual([heard, unasked]);
  }
});

test.each<[Limits, boolean]>([
  [{ events: ['note'] }, true],
  [{ events: ['note'], keepAlive: 'beat' }, false],
])('with %o a ping that is left out is a sign of life all the same: %s', async (limits, keepAlive) => {
  for await (const batch of batchesOf([named('ping')], undefined, limits)) {
    expect(batch).toMatchObject({ messages: [], unasked: undefined, keepAlive });
  }
});

test('the names of one chunk are not told with the next', async () => {
  const unasked = [];
  const chunks = [named('other'), named('note'), named('another')];
  for await (const batch of batchesOf(chunks, undefined, { events: ['note'] })) unasked.push(batch.unasked);
  expect(unasked).toEqual([['other'], undefined, ['another']]);
});

test.each([
  ['data: a\n\ndata: b\n\n', false],
  ['id: 1\ndata: a\n\nid: 1\ndata: b\n\n', true],
  ['id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n', [true, false, true]],
  ['id: 1\n\ndata: a\n\n', false],
  ['id: \u0001\ndata: a\n\n', false],
])('a batch tells which messages brought an ID of their own: %j', async (text, ownIds) => {
  for await (const batch of batchesOf([bytesOf(text)])) expect(batch.ownIds).toEqual(ownIds);
});

test('the ID of an event that is too large is not received, but the one before it is', async () => {
  const text = `id: 1\ndata: a\n\nid: 2\n\nid: 3\ndata: ${'x'.repeat(51)}\n\nid: 4\ndata: b\n\n`;
  const ids: string[] = [];
  const reading = async () => {
    for await (const { lastEventId } of batchesOf([bytesOf(text)], undefined, { maxEventSize: 50 })) {
      ids.push(lastEventId);
    }
  };
  await expect(reading()).rejects.toMatchObject({ kind: 'too-large' });
  expect(ids).toEqual(['2']);
});

test('a batch tells whether the server showed that it is there, by which its silence is measured', async () => {
  const seen: unknown[] = [];
  const chunks = ['data: a\n\n', ': still here\n\n', 'data: b\n\n'].map(bytesOf);
  for await (const { messages, keepAlive } of batchesOf(chunks)) seen.push([messages.length, keepAlive]);
  expect(seen).toEqual([
    [1, false],
    [0, true],
    [1, false],
  ]);
});

describe('where the largest event is one of 50 characters, an event', () => {
  const before = 'data: before\n\n';
  const event = (size: number) => `data: ${'x'.repeat(size)}\n\ndata: after\n\n`;

  /** The lengths of the data that is delivered, and the error at the end. */
  async function readAll(chunks: readonly string[]) {
    const sizes: number[] = [];
    let error: unknown;
    try {
      for await (const { messages } of batchesOf(chunks.map(bytesOf), undefined, { maxEventSize: 50 }))
        sizes.push(...messages.map(({ data }) => String(data).length));
    } catch (cause) {
      error = cause;
    }
    return { sizes, error };
  }

  test('is accepted when it is as large, wherever a chunk ends', async () => {
    const text = event(50);
    for (let at = 0; at <= text.length; at += 1) {
      const parts = [before, text.slice(0, at), text.slice(at)];
      expect(await readAll(parts), `split at ${at}`).toEqual({ sizes: [6, 50, 5], error: undefined });
    }
  });

  test.each([51, 80])('ends the stream when it is one of %i, wherever a chunk ends', async (size) => {
    const text = event(size);
    for (let at = 0; at <= text.length; at += 1) {
      const parts = [before, text.slice(0, at), text.slice(at)];
      expect(await readAll(parts), `split at ${at}`).toMatchObject({
        sizes: [6],
        error: { kind: 'too-large', message: 'The limit `maxEventSize` of 50 was exceeded.' },
      });
    }
  });
});

test('a message does not keep in memory the long line that ended in its chunk', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const used = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed / 2 ** 20;
  };
  function* chunks() {
    for (let count = 0; count < 32; count += 1) {
      yield bytesOf(`:${'x'.repeat(2 ** 20)}`);
      yield bytesOf('xx\ndata: a message of some length\n\n');
    }
  }
  const held: Message[] = [];
  const before = used();
  for await (const { messages } of batchesOf(chunks())) held.push(...messages);
  expect(used() - before).toBeLessThan(16); // megabytes, of 32
  expect(held.length).toBe(32);
});

test('bytes that are not UTF-8 become replacement characters and stop nothing', async () => {
  const { messages } = await read([
    bytesOf('data: a'),
    Uint8Array.of(0xff, 0xc3),
    bytesOf('\n\ndata: b\n\n'),
  ]);
  expect(messages).toEqual([message('a\uFFFD\uFFFD'), message('b')]);
});
