import type { Answer } from '../../event-source/origin.ts';
import type { Case } from './case.ts';

/** The messages of a stream, as [event, data, ID]. */
function ofStream(
  says: string,
  answer: Answer,
  expected: readonly (readonly [string, string, string])[],
): Case {
  return {
    says,
    expected,
    async observe({ listen }) {
      const { data, messages } = listen([{ ...answer, isEndless: true }], { parse: 'text' });
      await data(expected.length);
      return messages.map(({ event, data, id }) => [event, data, id]);
    },
  };
}

const again = <Type>(list: readonly Type[]): Type[] => Array.from({ length: 5 }, () => list).flat();

const bytes = (text: string) => String.fromCharCode(...new TextEncoder().encode(text));

export const parsing: readonly Case[] = [
  ofStream('lines of data are joined', { body: 'data: a\ndata: b\n\n' }, [['message', 'a\nb', '']]),
  ofStream(
    'LF, CR and CR LF end a line',
    { body: 'data: a\n\ndata: b\r\rdata: c\r\n\r\n' },
    ['a', 'b', 'c'].map((data) => ['message', data, '']),
  ),
  ofStream(
    'a CR LF that comes in two packets is one end',
    // Several times: under load, two packets may be read as one.
    { packets: again(['data: a\r', '\ndata: b\r\n\r', '\n']) },
    again([['message', 'a\nb', '']]),
  ),
  ofStream(
    'a character that comes in several packets is whole',
    { packets: [...bytes('data: ż😀\n\n')].map(String) },
    [['message', 'ż😀', '']],
  ),
  ofStream(
    'a byte order mark is no part of a field, also in two packets',
    { packets: ['\xEF\xBB', '\xBFdata: a\n\n'] },
    [['message', 'a', '']],
  ),
  ofStream('bytes that are no UTF-8 become U+FFFD', { packets: ['data: a\xFFb\n\n'] }, [
    ['message', 'a\uFFFDb', ''],
  ]),
  ofStream('comments and unknown fields are no data', { body: ': one\ndata: a\nfoo: bar\n:\n\n' }, [
    ['message', 'a', ''],
  ]),
  ofStream('one space after the colon is dropped', { body: 'data:a\n\ndata:  b\n\n' }, [
    ['message', 'a', ''],
    ['message', ' b', ''],
  ]),
  ofStream('an event has the name that it gives', { body: 'event: price\ndata: 1\n\ndata: 2\n\n' }, [
    ['price', '1', ''],
    ['message', '2', ''],
  ]),
  ofStream('an ID lasts until another one', { body: 'id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n' }, [
    ['message', 'a', '1'],
    ['message', 'b', '1'],
    ['message', 'c', ''],
  ]),
  ofStream('an ID with NUL is ignored', { body: 'id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n' }, [
    ['message', 'a', '1'],
    ['message', 'b', '1'],
  ]),
  ofStream('an event without data is none, empty data is', { body: 'event: x\n\ndata\n\ndata: a\n\n' }, [
    ['message', '', ''],
    ['message', 'a', ''],
  ]),
  {
    says: 'what the last blank line does not end is thrown away',
    expected: [
      ['a', 'b'],
      ['1', '1'],
    ],
    async observe({ listen }) {
      const { data, seen } = listen([
        { body: 'id: 1\ndata: a\n\nid: 2\ndata: lost\n' },
        { body: 'data: b\n\n', isEndless: true },
      ]);
      const told = await data(2);
      const [, next] = await seen();
      return [told, ['1', next?.headers['last-event-id']]];
    },
  },
  {
    says: 'JSON is parsed, and other text stays text',
    expected: [{ n: 1 }, 'text', 42],
    async observe({ listen }) {
      return listen([{ body: 'data: {"n":1}\n\ndata: text\n\ndata: 42\n\n', isEndless: true }]).data(3);
    },
  },
  {
    says: 'an event of a million characters is whole',
    expected: [1_000_000],
    async observe({ listen }) {
      const { data } = listen([
        { body: 'data: 123456789\n', times: 100_000, packets: ['\n'], isEndless: true },
      ]);
      return (await data(1)).map((text) => String(text).length + 1);
    },
  },
  {
    says: '5,000 events of one answer come in order',
    expected: 5_000,
    async observe({ listen }) {
      const { data } = listen([{ body: 'data: 1\n\n', times: 5_000, isEndless: true }]);
      return (await data(5_000)).length;
    },
  },
];
