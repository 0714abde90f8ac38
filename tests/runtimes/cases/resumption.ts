import { lastEventIdOf } from '../../event-source/asked-answers.ts';
import type { Answer } from '../../event-source/origin.ts';
import { type Case, isWithin } from './case.ts';

const first: Answer = { body: 'id: 1\ndata: a\n\n' };
const next: Answer = { body: 'id: 2\ndata: b\n\n', isEndless: true };

export const resumption: readonly Case[] = [
  {
    says: 'after an end, the server is told the last ID',
    expected: [
      ['a', 'b'],
      [undefined, '1'],
    ],
    async observe({ listen }) {
      const { data, seen } = listen([first, next]);
      const told = await data(2);
      const requests = await seen();
      return [told, [0, 1].map((index) => lastEventIdOf(requests, index))];
    },
  },
  {
    says: 'after a socket that was cut, too',
    expected: [['a', 'b'], '1'],
    async observe({ listen }) {
      const { data, seen, cut } = listen([{ ...first, isEndless: true }, next]);
      await data(1);
      await cut();
      return [await data(2), lastEventIdOf(await seen(), 1)];
    },
  },
  {
    says: 'an ID beyond ASCII comes back as UTF-8',
    expected: 'ä…',
    async observe({ listen }) {
      const { data, seen } = listen([{ body: 'id: ä…\ndata: a\n\n' }, next]);
      await data(2);
      return lastEventIdOf(await seen(), 1);
    },
  },
  {
    says: 'the ID can go as a parameter of the query',
    expected: ['1', undefined],
    async observe({ listen }) {
      const { data, seen, connection } = listen([first, next], {
        lastEventIdHeader: false,
        lastEventIdParam: 'after',
      });
      await data(2);
      return [connection.state.lastEventId === '2' ? '1' : '', lastEventIdOf(await seen(), 1)];
    },
  },
  {
    says: 'a first ID can be given',
    expected: '41',
    async observe({ listen }) {
      const { data, seen } = listen([next], { lastEventId: '41' });
      await data(1);
      return lastEventIdOf(await seen(), 0);
    },
  },
  {
    says: 'what a server sends again is delivered once',
    expected: ['a', 'b', 'c'],
    async observe({ listen }) {
      const told = 'id: 1\ndata: a\n\nid: 2\ndata: b\n\n';
      return listen([{ body: told }, { body: `${told}id: 3\ndata: c\n\n`, isEndless: true }]).data(3);
    },
  },
  {
    says: '`retry:` is the least wait',
    expected: true,
    async observe({ listen }) {
      const began = Date.now();
      const { reached } = listen([{ body: 'retry: 4000\nid: 1\ndata: a\n\n' }, next]);
      const { retryAt } = await reached('backoff');
      return isWithin(retryAt, { from: began + 4_000, to: Date.now() + 9_000 });
    },
  },
  {
    says: '`reconnect()` opens the next stream before the old one goes',
    expected: [['a', 'b'], '1', ['open']],
    async observe({ listen, openStreams }) {
      const { connection, url, data, seen } = listen([{ ...first, isEndless: true }, next]);
      await data(1);
      const statuses = new Set<string>();
      connection.subscribe(({ status }) => statuses.add(status));
      connection.reconnect();
      const told = await data(2);
      await openStreams(url, 1);
      return [told, lastEventIdOf(await seen(), 1), [...statuses]];
    },
  },
  {
    says: 'the body and the headers of a POST arrive',
    expected: ['POST', 'question', 'key', 'open'],
    async observe({ listen }) {
      const { data, seen, connection } = listen([{ ...next, status: 201 }], {
        method: 'POST',
        body: 'question',
        headers: { 'x-key': 'key' },
      });
      await data(1);
      const [request] = await seen();
      return [request?.method, request?.body, request?.headers['x-key'], connection.state.status];
    },
  },
  {
    says: 'a POST whose stream is cut is not sent again',
    expected: ['failed', 1],
    async observe({ listen }) {
      const options = { method: 'POST', body: 'question', closeOn: 'done' };
      const { reached, data, cut, seen } = listen([{ ...first, isEndless: true }, next], options);
      await data(1);
      await cut();
      const { status } = await reached('failed');
      return [status, (await seen()).length];
    },
  },
  {
    says: 'a POST is carried on by a GET',
    expected: [
      ['a', 'b'],
      [['POST'], ['GET']],
    ],
    async observe({ listen, address, seenAt }) {
      const answer = address([next]);
      const { data, cut, seen } = listen([{ ...first, isEndless: true }], {
        method: 'POST',
        body: 'question',
        closeOn: 'done',
        resume: { url: answer },
      });
      await data(1);
      await cut();
      const told = await data(2);
      const methods = [await seen(), await seenAt(answer)].map((all) => all.map(({ method }) => method));
      return [told, methods];
    },
  },
  {
    says: 'headers are asked for at every attempt',
    expected: ['1', '2'],
    async observe({ listen }) {
      let count = 0;
      const { data, seen } = listen([first, next], {
        headers: async () => {
          count += 1;
          return { 'x-key': String(count) };
        },
      });
      await data(2);
      return (await seen()).map(({ headers }) => headers['x-key']);
    },
  },
];
