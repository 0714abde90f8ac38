import type { Answer } from '../../event-source/origin.ts';
import type { Case } from './case.ts';

const hello: Answer = { body: 'data: hello\n\n', isEndless: true };
const silent: Answer = { isSilent: true };
const refused: Answer = { status: 503, type: null };

/** Long enough for what must not come. */
const afterwards = () => new Promise((resolve) => setTimeout(resolve, 100));

export const endings: readonly Case[] = [
  {
    says: 'a server that does not answer is given up after `connectTimeout`, and asked again',
    expected: ['timeout', ['hello']],
    async observe({ listen }) {
      const { reached, data } = listen([silent, hello], { connectTimeout: 2_000, retryDelay: 50 });
      const { error } = await reached('backoff');
      return [error?.kind, await data(1)];
    },
  },
  {
    says: 'a stream that falls silent is given up after `idleTimeout`, and asked for again',
    expected: ['idle', ['hello', 'again']],
    async observe({ listen, openStreams }) {
      const { reached, data, url } = listen([hello, { body: 'data: again\n\n', isEndless: true }], {
        idleTimeout: 2_000,
        retryDelay: 50,
      });
      await reached('open');
      const { error } = await reached('backoff');
      const told = await data(2);
      await openStreams(url, 1);
      return [error?.kind, told];
    },
  },
  {
    says: 'comments are signs of life',
    expected: ['open', 1],
    async observe({ listen }) {
      const packets = Array.from({ length: 150 }, () => ':\n\n'); // one every 20 ms
      const { data, seen, connection } = listen(
        [{ packets: [...packets, 'data: late\n\n'], isEndless: true }],
        { idleTimeout: 2_000 },
      );
      await data(1);
      return [connection.state.status, (await seen()).length];
    },
  },
  {
    says: 'a retry budget that is used up is the end',
    expected: ['exhausted', 3],
    async observe({ listen }) {
      const { reached, seen } = listen([refused, refused, refused, hello], { maxRetries: 2 });
      const { error } = await reached('failed');
      return [error?.kind, (await seen()).length];
    },
  },
  {
    says: '`close()` closes the socket of an open stream',
    expected: 'closed',
    async observe({ listen, openStreams }) {
      const { connection, data, url } = listen([hello]);
      await data(1);
      await openStreams(url, 1);
      connection.close();
      await openStreams(url, 0);
      return connection.state.status;
    },
  },
  {
    says: '`close()` closes the socket of a request that nobody has answered',
    expected: 'closed',
    async observe({ listen, openStreams }) {
      const { connection, url } = listen([silent]);
      await openStreams(url, 1);
      connection.close();
      await openStreams(url, 0);
      return connection.state.status;
    },
  },
  {
    says: 'after `close()` in a wait, nothing is asked again',
    expected: 1,
    async observe({ listen }) {
      const { connection, reached, seen } = listen([refused, hello], { retryDelay: 30 });
      await reached('backoff');
      connection.close();
      await afterwards();
      return (await seen()).length;
    },
  },
  {
    says: 'after `close()` in a listener, no message comes',
    expected: ['hello'],
    async observe({ listen }) {
      const { connection, messages, data } = listen([
        { body: 'data: hello\n\ndata: late\n\n', packets: ['data: later\n\n'], isEndless: true },
      ]);
      connection.on('message', () => connection.close());
      await data(1);
      await afterwards();
      return messages.map(({ data }) => data);
    },
  },
  {
    says: '`open()` begins anew',
    expected: ['hello', 'again'],
    async observe({ listen }) {
      const { connection, data } = listen([hello, { body: 'data: again\n\n', isEndless: true }]);
      await data(1);
      connection.close();
      connection.open();
      return data(2);
    },
  },
  {
    says: 'a signal closes for good',
    expected: ['closed', 1],
    async observe({ listen, openStreams }) {
      const controller = new AbortController();
      const { connection, data, url, seen } = listen([hello, hello], { signal: controller.signal });
      await data(1);
      controller.abort();
      await openStreams(url, 0);
      connection.open();
      await afterwards();
      return [connection.state.status, (await seen()).length];
    },
  },
  {
    says: 'a signal that has aborted lets nothing be sent',
    expected: ['closed', 0],
    async observe({ listen }) {
      const controller = new AbortController();
      controller.abort();
      const { connection, seen } = listen([hello], { signal: controller.signal });
      await afterwards();
      return [connection.state.status, (await seen()).length];
    },
  },
  {
    says: '`await using` closes',
    expected: 'closed',
    async observe({ listen, openStreams }) {
      const { connection, data, url } = listen([hello]);
      await data(1);
      await connection[Symbol.asyncDispose]();
      await openStreams(url, 0);
      return connection.state.status;
    },
  },
  {
    says: 'the message of `closeOn` closes, and nothing is asked again',
    expected: [['hello', '[DONE]'], 'closed', 1],
    async observe({ listen }) {
      const body = 'data: hello\n\ndata: [DONE]\n\n';
      const { data, reached, seen } = listen([{ body }, hello], {
        closeOn: ({ data }) => data === '[DONE]',
      });
      const told = await data(2);
      const { status } = await reached('closed');
      await afterwards();
      return [told, status, (await seen()).length];
    },
  },
  {
    says: '`for await` gets the messages, and ends with the connection',
    expected: ['a', 'b'],
    async observe({ listen }) {
      const { connection } = listen([
        { packets: ['data: a\n\n', 'data: b\n\n', 'event: end\ndata\n\n'], isEndless: true },
      ]);
      const told: unknown[] = [];
      for await (const { event, data } of connection) {
        if (event === 'end') connection.close();
        else told.push(data);
      }
      return told;
    },
  },
  {
    says: 'a listener that throws is reported, and costs nobody a message',
    expected: [['a', 'b'], ['broken', 'broken'], 'open'],
    async observe({ listen }) {
      const { connection, data, faults } = listen([{ body: 'data: a\n\ndata: b\n\n', isEndless: true }]);
      connection.on('message', () => {
        throw new Error('broken');
      });
      const told = await data(2);
      return [told, faults.map((fault) => (fault as Error).message), connection.state.status];
    },
  },
  {
    says: 'a payload that `parse` cannot read is reported, and the next one comes',
    expected: [['good'], 1, 'open'],
    async observe({ listen }) {
      const parse = (text: string) => {
        if (text === 'bad') throw new Error('bad');
        return text;
      };
      const body = 'data: bad\n\ndata: good\n\n';
      const { connection, data, faults } = listen([{ body, isEndless: true }], { parse });
      return [await data(1), faults.length, connection.state.status];
    },
  },
  {
    says: 'two users of a shared connection have one stream',
    expected: [['hello'], ['hello'], 1],
    async observe({ address, connect, openStreams, seenAt }) {
      const url = address([hello]);
      const users = [1, 2].map(() => connect(url, { share: true, linger: 0 }));
      const told = await Promise.all(users.map(({ data }) => data(1)));
      const { length } = await seenAt(url);
      for (const { connection } of users) connection.close();
      await openStreams(url, 0);
      return [...told, length];
    },
  },
  {
    says: 'many connections are open at once, and every socket is closed',
    expected: [true, 'closed'],
    async observe({ address, connect, openStreams, mostStreams }) {
      const url = address(Array.from({ length: mostStreams }, () => hello));
      const all = Array.from({ length: mostStreams }, () => connect(url));
      const told = await Promise.all(all.map(({ data }) => data(1)));
      await openStreams(url, mostStreams);
      for (const { connection } of all) connection.close();
      await openStreams(url, 0);
      return [told.every(([data]) => data === 'hello'), all[0]?.connection.state.status];
    },
  },
];
