import { redirectTo } from '../../event-source/asked-answers.ts';
import type { Answer } from '../../event-source/origin.ts';
import { type Case, isWithin } from './case.ts';

const hello: Answer = { body: 'data: hello\n\n', isEndless: true };
const key = { 'x-key': 'key' };

/** A status after which nothing is asked again. */
function isFinal(status: number, kind: string, end: 'failed' | 'closed' = 'failed'): Case {
  return {
    says: `a ${status} is final`,
    expected: [end === 'failed' ? kind : 'ended', 1],
    async observe({ listen }) {
      const { reached, seen } = listen([{ status, type: null }, hello]);
      const { error, closeReason } = await reached(end);
      return [end === 'failed' ? error?.kind : closeReason, (await seen()).length];
    },
  };
}

/** A status after which the stream is asked for again. */
function isRetried(status: number): Case {
  return {
    says: `a ${status} is retried`,
    expected: [['hello'], 2],
    async observe({ listen }) {
      const { data, seen } = listen([{ status, type: null }, hello]);
      return [await data(1), (await seen()).length];
    },
  };
}

export const answers: readonly Case[] = [
  isFinal(204, 'ended', 'closed'),
  isFinal(401, 'unauthorized'),
  isFinal(403, 'forbidden'),
  isFinal(404, 'http'),
  isFinal(410, 'http'),
  isRetried(408),
  isRetried(429),
  isRetried(500),
  isRetried(503),
  {
    says: 'Retry-After is obeyed',
    expected: [true, ['hello']],
    async observe({ listen }) {
      const refused: Answer = { status: 503, type: null, headers: { 'retry-after': '3' } };
      const began = Date.now();
      const { reached, data } = listen([refused, hello]);
      const { retryAt, error } = await reached('backoff');
      const isObeyed = isWithin(retryAt, { from: began + 3_000, to: Date.now() + 4_500 });
      return [isObeyed && error?.retryAfter === 3_000, await data(1)];
    },
  },
  {
    says: 'a 200 of another type is final',
    expected: 'content-type',
    async observe({ listen }) {
      return (await listen([{ ...hello, type: 'text/html' }]).reached('failed')).error?.kind;
    },
  },
  {
    says: 'a charset after the type changes nothing',
    expected: ['ok…'],
    observe: ({ listen }) =>
      listen([{ type: 'text/event-stream; charset=latin1', body: 'data: ok…\n\n', isEndless: true }]).data(1),
  },
  {
    says: 'a 401 with `refresh` is asked once more, with the new token',
    expected: [['hello'], ['Bearer old', 'Bearer new']],
    async observe({ listen }) {
      let token = 'old';
      const { data, seen } = listen([{ status: 401, type: null }, hello], {
        headers: () => ({ authorization: `Bearer ${token}` }),
        refresh: async () => {
          token = 'new';
        },
      });
      return [await data(1), (await seen()).map(({ headers }) => headers.authorization)];
    },
  },
  {
    says: 'a 410 forgets the ID, and says that events may be lost',
    expected: [[undefined, '7', undefined], 1],
    async observe({ listen }) {
      let gaps = 0;
      const { data, seen } = listen([{ body: 'id: 7\ndata: a\n\n' }, { status: 410, type: null }, hello], {
        onGap: () => (gaps += 1),
      });
      await data(2);
      return [(await seen()).map(({ headers }) => headers['last-event-id']), gaps];
    },
  },
  ...[301, 302, 307, 308].map(
    (status): Case => ({
      says: `a ${status} is followed`,
      expected: ['hello'],
      observe: ({ address, connect }) => connect(address([redirectTo(address([hello]), status)])).data(1),
    }),
  ),
  {
    says: 'headers of the app go along a redirect of the same origin',
    expected: [['hello'], 'key'],
    async observe({ address, connect, seenAt }) {
      const target = address([hello, hello]);
      const { data } = connect(address([redirectTo(target, 307), redirectTo(target, 307)]), { headers: key });
      const told = await data(1);
      return [told, (await seenAt(target)).at(-1)?.headers['x-key']];
    },
  },
  {
    says: 'headers of the app do not go to another origin',
    expected: [undefined],
    async observe({ address, connect, seenAt }) {
      const target = address([hello, hello]).replace('127.0.0.1', 'localhost');
      const { data } = connect(address([redirectTo(target, 307), redirectTo(target, 307)]), { headers: key });
      await data(1);
      const keys = (await seenAt(target)).map(({ headers }) => headers['x-key']);
      return [...new Set(keys)];
    },
  },
  {
    says: 'redirects in a circle are final',
    expected: 'http',
    async observe({ connect, origin }) {
      return (await connect(`${origin}/circle`).reached('failed')).error?.kind;
    },
  },
  {
    says: 'the app sees an answer before it is judged',
    expected: [200, 'session'],
    async observe({ listen }) {
      const seen: unknown[] = [];
      const { data } = listen([{ ...hello, headers: { 'x-session': 'session' } }], {
        onResponse: ({ status, headers }) => seen.push(status, headers.get('x-session')),
      });
      await data(1);
      return seen;
    },
  },
  {
    says: 'the body of a refusal can be read',
    expected: ['no such room'],
    async observe({ listen }) {
      const seen: unknown[] = [];
      const { reached } = listen([{ status: 404, type: 'text/plain', body: 'no such room' }], {
        onResponse: async (response) => seen.push(await response.text()),
      });
      await reached('failed');
      return seen;
    },
  },
  {
    says: 'a server that cuts the socket before it answers is asked again',
    expected: ['hello'],
    observe: ({ listen }) => listen([{ isCut: true }, hello], { maxRetries: 5 }).data(1),
  },
  {
    says: 'a URL that no request can be sent to is final, and tells no reason to retry',
    expected: 'invalid',
    async observe({ connect }) {
      return (await connect('ftp://example.com/').reached('failed')).error?.kind;
    },
  },
  {
    says: 'an option that is wrong throws at once',
    expected: 'TypeError',
    observe({ connect }) {
      try {
        connect('http://127.0.0.1/', { maxRetries: -1 });
        return 'nothing';
      } catch (error) {
        return (error as Error).name;
      }
    },
  },
];
