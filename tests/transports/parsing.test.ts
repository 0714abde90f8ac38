import { describe, expect, test } from 'vitest';
import type { Message } from '../../machines/message.ts';
import { fetchTransport } from '../../transports/fetch.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Reads a stream that arrives in the given chunks, through the whole transport. */
async function read(chunks: readonly Uint8Array[], lastEventId = '') {
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
  const transport = fetchTransport({ url: 'http://localhost/', fetch });
  const messages: Message[] = [];
  const retries: number[] = [];
  let last = lastEventId;
  for await (const batch of await transport({ lastEventId }, new AbortController().signal)) {
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

test('as long as there may be replays, an ID that brings no news is none to resume after', async () => {
  const request = {
    lastEventId: '4',
    isReplaying: true,
    isReplay: ({ id }: { id: string }) => Number(id) <= 4,
  };
  const open = fetchTransport({
    url: 'http://127.0.0.1/',
    events: ['note'],
    fetch: async () =>
      new Response('id: 2\ndata: not wanted\n\nid: 3\n\nid: 4\nevent: note\ndata: known\n\n', {
        headers: { 'content-type': 'text/event-stream' },
      }),
  });
  const ids: string[] = [];
  for await (const { messages, lastEventId } of await open(request, new AbortController().signal)) {
    expect(messages).toEqual([]);
    ids.push(lastEventId);
  }
  expect(ids).toEqual(['4']);
});

test('bytes that are not UTF-8 become replacement characters and stop nothing', async () => {
  const { messages } = await read([
    bytesOf('data: a'),
    Uint8Array.of(0xff, 0xc3),
    bytesOf('\n\ndata: b\n\n'),
  ]);
  expect(messages).toEqual([message('a\uFFFD\uFFFD'), message('b')]);
});
