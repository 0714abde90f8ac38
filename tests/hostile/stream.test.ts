import { describe, expect, test } from 'vitest';
import { type Answer, body, type SeenRequest, stream } from '../support/sse-server.ts';
import { clock, dataOf, listen, reached, server } from '../support/stepped-connection.ts';
import { quiet, until } from '../support/until.ts';

const namesOf = (request: SeenRequest | undefined) => Object.keys(request?.headers ?? {}).sort();

const event = (id: string, data: string) => `id: ${id}\ndata: ${data}\n\n`;

describe('a bound that is hit says which one it was', () => {
  const long = 'n'.repeat(200_000);

  test.each([
    ['an ID of 200 000 characters', `id: ${long}\ndata: x\n\n`, 'maxFieldSize', 4_096],
    ['an ID of 200 000 characters without data', `id: ${long}\n\n`, 'maxFieldSize', 4_096],
    ['an event name of 200 000 characters', `event: ${long}\ndata: x\n\n`, 'maxFieldSize', 4_096],
    [
      'an ID of one character more than allowed',
      `id: ${'1'.repeat(4_097)}\ndata: x\n\n`,
      'maxFieldSize',
      4_096,
    ],
    ['data of more characters than allowed', `data: ${long}${long}\n\n`, 'maxEventSize', 300_000],
  ])('%s', async (_, text, option, limit) => {
    server.answer(body(event('1', 'before'), text, event('3', 'after')));
    const { connection, received } = listen({ maxEventSize: 300_000 });
    await reached(connection, 'failed');
    expect(connection.state).toMatchObject({
      error: { kind: 'too-large', message: `The limit \`${option}\` of ${limit} was exceeded.` },
      lastEventId: '1',
    });
    expect(dataOf(received)).toEqual(['before']);
    await until(() => server.sockets.size === 0, 'the socket to be closed');
  });

  test('an ID and an event name that are as long as allowed are fine', async () => {
    const longest = 'n'.repeat(4_096);
    server.answer(body(`event: ${longest}\nid: ${longest}\ndata: x\n\n`), stream);
    const { connection, received } = listen();
    await until(() => received.length === 1);
    await reached(connection, 'backoff');
    clock.advance(1_000);
    await reached(connection, 'open');
    expect(received).toEqual([{ event: longest, data: 'x', id: longest }]);
    expect(server.requests[1]?.lastEventId).toBe(longest);
  });
});

describe('an ID', () => {
  test.each([
    ['a line feed, which ends the line', '2\nX-Evil: 1', '2'],
    ['a carriage return, which ends the line too', '2\rX-Evil: 1', '2'],
    ['both', '2\r\nX-Evil: 1\r\n', '2'],
    ['the bytes of an encoded line break', '2%0d%0aX-Evil: 1', '2%0d%0aX-Evil: 1'],
    ['an escaped line break', '2\\r\\nX-Evil: 1', '2\\r\\nX-Evil: 1'],
    ['NUL', '2\0', '1'],
    ['a backspace', '2\b', '1'],
    ['an escape sequence', '\x1b[31m2', '1'],
    ['DEL', '2\x7f', '1'],
    ['the line break of C1', '2\u0085X-Evil: 1', '1'],
    // Characters that UTF-16 to Latin-1 would cut down to CR, LF and NUL.
    ['characters whose lower byte is a line break', '2\u010d\u010aX-Evil: 1\u0100', '2čĊX-Evil: 1Ā'],
    ['a line separator of Unicode', '2\u2028X-Evil: 1', '2\u2028X-Evil: 1'],
    ['characters beyond Latin-1', 'żółć-漢字-👩‍🚀', 'żółć-漢字-👩‍🚀'],
    ['half a character', Uint8Array.of(0x32, 0xf0, 0x9f), '2\uFFFD'],
  ])('with %s adds no header to the next request', async (_, id, sent) => {
    const bytes = typeof id === 'string' ? Buffer.from(id) : id;
    server.answer(body(event('1', 'before'), 'id: ', bytes, '\ndata: with it\n\n'), stream);
    const { connection, received } = listen();
    await reached(connection, 'backoff');
    clock.advance(1_000);
    await reached(connection, 'open');
    expect(received[0]).toMatchObject({ data: 'before', id: '1' });
    expect(connection.state.lastEventId).toBe(sent);
    const [first, second] = server.requests;
    expect(second?.lastEventId).toBe(sent);
    expect(namesOf(second)).toEqual([...namesOf(first), 'last-event-id'].sort());
  });
});

describe('a reconnection time of the stream', () => {
  test.each([
    { retry: '0', delay: 100, what: 'leaves the delays a tenth of a second to start from' },
    { retry: '99999999999999999999', delay: 330_000, what: 'is cut down to maxRetryAfter, and the delay' },
    { retry: '9'.repeat(400), delay: 330_000, what: 'is cut down to maxRetryAfter, and the delay' },
    { retry: '-1', delay: 1_000, what: 'counts for nothing' },
    { retry: '1e9', delay: 1_000, what: 'counts for nothing' },
    { retry: 'Infinity', delay: 1_000, what: 'counts for nothing' },
    { retry: '0x7fffffff', delay: 1_000, what: 'counts for nothing' },
  ])('of $retry $what', async ({ retry, delay }) => {
    server.answer(body(`retry: ${retry}\n\n${event('1', 'x')}`));
    const { connection } = listen();
    await reached(connection, 'backoff');
    expect(connection.state.retryAt).toBe(clock.now() + delay);
    clock.advance(delay - 1);
    await quiet();
    expect(server.requests).toHaveLength(1);
  });

  test('that is given a million times counts once, and costs the statechart an event for each chunk', async () => {
    server.answer(body('retry: 1\n'.repeat(999_999), 'retry: 5000\n\n'));
    const { connection } = listen();
    let updates = 0;
    connection.actor.subscribe(() => {
      updates += 1;
    });
    await reached(connection, 'backoff');
    expect(connection.state.retryAt).toBe(clock.now() + 10_000);
    expect(updates).toBeLessThan(5_000);
  });
});

describe('the shape of the chunks', () => {
  test('is of no matter: a body that comes one byte at a time is the same', async () => {
    const text = `${event('1', 'żółć')}: hello\r\n\r\nretry: 7\revent: note\rid: 2\rdata: {"a":1}\r\r`;
    server.answer(async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const byte of Buffer.from(text)) {
        await new Promise((resolve) => response.write(Uint8Array.of(byte), resolve));
        await new Promise(setImmediate);
      }
    });
    const { connection, received } = listen();
    let updates = 0;
    await reached(connection, 'open');
    connection.actor.subscribe(() => {
      updates += 1;
    });
    await until(() => received.length === 2);
    expect(received).toEqual([
      { event: 'message', data: 'żółć', id: '1' },
      { event: 'note', data: { a: 1 }, id: '2' },
    ]);
    expect(updates).toBeLessThanOrEqual(4); // two messages, a reconnection time, and that there is news
  });

  test('200 000 messages in one chunk are one event of the statechart, and arrive in order', async () => {
    const count = 200_000;
    const text = Array.from({ length: count }, (_, at) => `id: ${at + 1}\ndata: ${at + 1}\n\n`).join('');
    const chunk = new TextEncoder().encode(text);
    const fetch = async () =>
      new Response(new Blob([chunk]).stream().pipeThrough(joined(chunk.length)), {
        headers: { 'content-type': 'text/event-stream' },
      });
    const { connection, received } = listen({ fetch, events: ['message'] });
    let batches = 0;
    connection.actor.on('messages', () => {
      batches += 1;
    });
    await until(() => received.length === count);
    expect([batches, connection.state.lastEventId]).toEqual([1, String(count)]);
    expect(received.every(({ data, id }, at) => data === at + 1 && id === String(at + 1))).toBe(true);
  });

  test('of a batch with an event of `closeOn` in its middle, what follows is not delivered', async () => {
    const after = Array.from({ length: 1_000 }, (_, at) => event(String(at + 3), 'after')).join('');
    server.answer((response, request) => {
      stream(response, request);
      response.write(`${event('1', 'before')}event: bye\n${event('2', 'the end')}${after}`);
      response.write(after);
    });
    const { connection, received } = listen({ closeOn: 'bye' });
    await reached(connection, 'closed');
    expect(dataOf(received)).toEqual(['before', 'the end']);
    expect(connection.state).toMatchObject({ closeReason: 'ended', lastEventId: '2', error: null });
    await until(() => server.sockets.size === 0, 'the socket to be closed');
    clock.advance(10_000_000);
    await quiet();
    expect(server.requests).toHaveLength(1);
  });
});

describe('a server that replays', () => {
  const log = (from: number, to: number, text = 'entry') =>
    Array.from({ length: to - from + 1 }, (_, at) => event(String(from + at), `${text} ${from + at}`)).join(
      '',
    );

  /** Lets a server answer one request after another with what it has, and drop the stream each time. */
  async function readInTurn(...answers: Answer[]) {
    server.answer(...answers, stream);
    const { connection, received } = listen({ retryFactor: 1, maxRetries: Infinity });
    for (let turn = 1; turn <= answers.length; turn += 1) {
      await until(() => connection.state.status === 'backoff' && server.requests.length === turn);
      clock.advance(1_000);
    }
    await reached(connection, 'open');
    return dataOf(received);
  }

  const entries = (from: number, to: number, text = 'entry') =>
    Array.from({ length: to - from + 1 }, (_, at) => `${text} ${from + at}`);

  test('everything at every connect, up to 256 messages, is heard once', async () => {
    const heard = await readInTurn(
      body(log(1, 200)),
      body(log(1, 250)),
      body(log(1, 256)),
      body(log(1, 300)),
    );
    expect(heard).toEqual(entries(1, 300));
  });

  test('more than 256 messages at every connect loses nothing: what is beyond the window comes again', async () => {
    const heard = await readInTurn(body(log(1, 2_000)), body(log(1, 2_001)));
    expect(new Set(heard)).toEqual(new Set(entries(1, 2_001)));
    expect(heard.slice(0, 2_000)).toEqual(entries(1, 2_000));
    expect(heard.at(-1)).toBe('entry 2001');
  });

  test('one message too many, the one that it was asked to go on after, is heard once', async () => {
    expect(await readInTurn(body(log(1, 3)), body(log(3, 5)))).toEqual(entries(1, 5));
  });

  test('nothing, but starts its IDs from 1 with other content, is heard in full', async () => {
    const heard = await readInTurn(body(log(1, 300)), body(log(1, 300, 'news')), body(log(1, 5, 'more')));
    expect(heard).toEqual([...entries(1, 300), ...entries(1, 300, 'news'), ...entries(1, 5, 'more')]);
  });

  test('nothing, and gives every message the same ID, is heard in full', async () => {
    const same = (from: number, to: number) =>
      entries(from, to)
        .map((data) => event('7', data))
        .join('');
    expect(await readInTurn(body(same(1, 300)), body(same(301, 600)))).toEqual(entries(1, 600));
  });

  test('nothing, and gives no ID, is heard in full even when its messages are all the same', async () => {
    const heard = await readInTurn(body('data: tick\n\n'.repeat(300)), body('data: tick\n\n'.repeat(300)));
    expect(heard).toEqual(Array(600).fill('tick'));
  });
});

describe('a header with the ID that the server resumes after', () => {
  test.each([
    ['rubbish', '!"§$%&/()=?', true],
    ['what is long', 'x'.repeat(8_000), true],
    ['what is not UTF-8', '\xff\xfe', true],
    ['what was asked for', '1', false],
  ])('that holds %s stops nothing', async (_, value, isGap) => {
    const gaps: unknown[] = [];
    server.answer(body(event('1', 'a')), (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'last-event-id': value });
      response.write(event('2', 'b'));
    });
    const { connection, received } = listen({ onGap: (gap) => gaps.push(gap) });
    await reached(connection, 'backoff');
    clock.advance(1_000);
    await until(() => received.length === 2);
    expect(connection.state).toMatchObject({ status: 'open', lastEventId: '2' });
    expect(gaps).toHaveLength(isGap ? 1 : 0);
  });
});

/** Makes one chunk of all. */
function joined(length: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  const all = new Uint8Array(length);
  let at = 0;
  return new TransformStream({
    transform(chunk) {
      all.set(chunk, at);
      at += chunk.length;
    },
    flush: (controller) => controller.enqueue(all),
  });
}
