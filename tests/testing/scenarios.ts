import type { Connection, ConnectionOptions } from '../../index.ts';
import type { ScriptedPeer, TestClock } from '../../testing/index.ts';

/** A connection, the peer that it meets, and the time that both share. */
export interface Scene {
  readonly connection: Connection;
  readonly peer: ScriptedPeer;
  readonly clock: TestClock;
}

/** A scenario, step by step, and something of what must be seen after each. */
export interface Scenario {
  readonly name: string;
  readonly options?: ConnectionOptions;
  readonly steps: readonly (readonly [step: (scene: Scene) => unknown, seen: object])[];
}

const accept = ({ peer }: Scene) => peer.accept();
const drop = ({ peer }: Scene) => peer.drop();
const end = ({ peer }: Scene) => peer.end();
const close = ({ connection }: Scene) => connection.close();
const wait = ({ clock }: Scene) => clock.advanceToNext();
const send =
  (...messages: Parameters<ScriptedPeer['send']>) =>
  ({ peer }: Scene) =>
    peer.send(...messages);

const open = [accept, { status: 'open', error: null, openStreams: 1, waiting: 0 }] as const;

const refusals: [number, object][] = [
  [200, { status: 'failed', error: { kind: 'content-type', status: 200 } }],
  [204, { status: 'closed', closeReason: 'ended', error: null }],
  [206, { status: 'failed', error: { kind: 'http', status: 206 } }],
  [304, { status: 'failed', error: { kind: 'http', status: 304 } }],
  [400, { status: 'failed', error: { kind: 'http', status: 400 } }],
  [401, { status: 'failed', error: { kind: 'unauthorized', status: 401 } }],
  [403, { status: 'failed', error: { kind: 'forbidden', status: 403 } }],
  [404, { status: 'failed', error: { kind: 'http', status: 404 } }],
  [408, { status: 'backoff', error: { kind: 'http', status: 408 } }],
  [429, { status: 'backoff', error: { kind: 'http', status: 429 } }],
  [500, { status: 'backoff', error: { kind: 'http', status: 500 } }],
  [503, { status: 'backoff', error: { kind: 'http', status: 503 } }],
  [599, { status: 'backoff', error: { kind: 'http', status: 599 } }],
];

export const scenarios: Scenario[] = [
  ...refusals.map(
    ([status, seen]): Scenario => ({
      name: `a refusal with ${status}`,
      steps: [[({ peer }) => peer.refuse(status), { ...seen, openStreams: 0, waiting: 0 }]],
    }),
  ),
  {
    name: 'a server that asks to come later',
    steps: [
      [
        ({ peer }) => peer.refuse(503, { retryAfter: 4_500 }),
        { retryIn: 6_000, error: { retryAfter: 5_000 } },
      ],
      [wait, { status: 'connecting', waiting: 1 }],
      [({ peer }) => peer.refuse(429, { headers: { 'Retry-After': '7' }, body: 'no' }), { retryIn: 9_000 }],
    ],
  },
  {
    name: 'messages of every kind',
    steps: [
      open,
      [
        send('text', '7', ''),
        { received: [{ event: 'message', data: 'text', id: '1' }, { data: 7 }, { data: '' }] },
      ],
      [send({ data: { a: [1, null] }, event: 'note' }), { lastEventId: '4' }],
      [send('two\nlines\r\nthree\rfour'), { lastEventId: '5' }],
      [send({ data: null, id: 'mine' }), { lastEventId: 'mine' }],
      [send({ data: 'again', id: null, event: 'note' }), { lastEventId: 'mine' }],
      [send({ id: 'moved' }), { lastEventId: 'moved' }],
      [send({ comment: 'ping\npong' }), { lastEventId: 'moved' }],
      [send({ retry: 60_000 }), {}],
      [send({ data: 'x', id: '' }), { lastEventId: '' }],
      [send({ data: 'x', id: 'bad\0id' }), { lastEventId: '' }],
      [drop, { status: 'backoff', retryIn: 60_000 + 30_000 }],
    ],
  },
  {
    name: 'a stream that is cut, and what was missed meanwhile',
    steps: [
      open,
      [send('a', 'b'), { lastEventId: '2' }],
      [drop, { status: 'backoff', error: { kind: 'network', message: 'The stream broke.' }, openStreams: 0 }],
      [send('c', { data: 'not kept', id: null }, { id: '3a' }), { lastEventId: '2' }],
      [wait, { status: 'connecting', requests: [{ lastEventId: '' }, { lastEventId: '2' }] }],
      [accept, { status: 'open', lastEventId: '3a', received: [{}, {}, { data: 'c', id: '3' }] }],
      [end, { status: 'backoff', error: { kind: 'ended', message: 'The server ended the stream.' } }],
      [wait, { requests: [{}, {}, { lastEventId: '3a' }] }],
      open,
      [close, { status: 'closed', closeReason: 'app', openStreams: 0 }],
    ],
  },
  {
    name: 'a client without an ID, which is not sent what was before it',
    steps: [[send('a'), { waiting: 1 }], open, [send('b'), { received: [{ data: 'b', id: '2' }] }]],
  },
  {
    name: 'a server that resumes elsewhere',
    options: { lastEventId: 'größer ✓' },
    steps: [
      [send({ data: 'a', id: 'ä' }, 'b'), {}],
      [
        ({ peer }) => peer.accept({ lastEventId: 'ä' }),
        {
          status: 'open',
          gaps: [{ lastEventId: 'größer ✓', resumedAfter: 'ä' }],
          requests: [{ lastEventId: 'größer ✓' }],
          received: [{ data: 'b', id: '2' }],
        },
      ],
      [drop, { lastEventId: '2' }],
      [wait, {}],
      [({ peer }) => peer.accept({ lastEventId: '2' }), { status: 'open', gaps: [{}] }],
    ],
  },
  {
    name: 'an ID that begins with what might be a byte order mark',
    options: { lastEventId: '\uFEFF1' },
    steps: [
      [
        ({ peer }) => peer.accept({ lastEventId: '\uFEFF1' }),
        { status: 'open', gaps: [], requests: [{ lastEventId: '\uFEFF1' }] },
      ],
    ],
  },
  {
    name: 'a server that replays more than it was asked for',
    steps: [
      open,
      [send('a', 'b'), {}],
      [drop, {}],
      [send('c'), {}],
      [wait, {}],
      [
        ({ peer }) => peer.accept({ lastEventId: '' }),
        { received: [{}, {}, { data: 'c' }], lastEventId: '3' },
      ],
    ],
  },
  {
    name: 'an unsafe request whose stream ends',
    options: { method: 'POST', body: 'question' },
    steps: [
      open,
      [send({ data: 'answer', id: null }), {}],
      [end, { status: 'closed', closeReason: 'ended', requests: [{ method: 'POST', body: 'question' }] }],
    ],
  },
  {
    name: 'an unsafe request whose stream breaks',
    options: { method: 'POST' },
    steps: [open, [drop, { status: 'failed', error: { kind: 'network' } }]],
  },
  {
    name: 'a request that is never answered',
    steps: [
      [({ peer }) => peer.stall(), { status: 'connecting', waiting: 1 }],
      [({ clock }) => clock.advance(60_000), { status: 'backoff', error: { kind: 'timeout' }, waiting: 0 }],
      [wait, {}],
      open,
    ],
  },
  {
    name: 'requests that are cut before they are answered',
    steps: [
      [drop, { status: 'backoff', error: { kind: 'network', message: 'The server could not be reached.' } }],
      [wait, { waiting: 1 }],
      [({ peer }) => peer.stall(), { waiting: 1 }],
      [drop, { status: 'backoff', retries: 2, waiting: 0 }],
    ],
  },
  {
    name: 'a client that goes away before it is answered',
    steps: [
      [() => {}, { waiting: 1 }],
      [close, { waiting: 0 }],
      [({ connection }) => connection.open(), { waiting: 1 }],
      open,
    ],
  },
  {
    name: 'credentials that have expired',
    options: { refresh: async () => {} },
    steps: [
      [({ peer }) => peer.refuse(401), { status: 'connecting', waiting: 1, requests: [{}, {}] }],
      [({ peer }) => peer.refuse(401), { status: 'failed', error: { kind: 'unauthorized' } }],
    ],
  },
  {
    name: 'credentials that are renewed while the stream goes on',
    options: { refresh: async () => {}, refreshOn: 'expiring' },
    steps: [
      open,
      [send('a'), {}],
      [({ clock }) => clock.advance(5_000), {}],
      [send({ event: 'expiring', data: '' }), { status: 'open', openStreams: 1, waiting: 1 }],
      [send('b'), { received: [{}, {}, { data: 'b' }] }],
      [accept, { openStreams: 1, waiting: 0, received: [{}, {}, {}] }],
      [send('c'), { received: [{}, {}, {}, { data: 'c' }] }],
    ],
  },
  {
    name: 'a stream that is cut while the next one is on its way',
    steps: [
      open,
      [send('a'), {}],
      [({ connection }) => connection.reconnect(), { status: 'open', waiting: 1 }],
      [drop, { status: 'connecting', openStreams: 0, waiting: 1 }],
      open,
    ],
  },
  {
    name: 'events that nobody asked for, and one that closes',
    options: { events: ['note', 'bye'], closeOn: 'bye' },
    steps: [
      open,
      [
        send({ event: 'unwanted', data: 0 }, { event: 'note', data: 1 }),
        { received: [{ event: 'note', data: 1, id: '2' }] },
      ],
      [
        send({ event: 'bye', data: 'end' }, { event: 'note', data: 'late' }),
        { status: 'closed', closeReason: 'ended', received: [{}, { event: 'bye' }], openStreams: 0 },
      ],
    ],
  },
  {
    name: 'an event that is too large',
    options: { maxEventSize: 10 },
    steps: [
      open,
      [send('1', 'more than ten characters'), { status: 'failed', error: { kind: 'too-large' } }],
    ],
  },
  {
    name: 'a budget that is exhausted, and one that is whole again',
    options: { maxRetries: 1 },
    steps: [
      [({ peer }) => peer.refuse(500), { retries: 1 }],
      [wait, {}],
      open,
      [({ clock }) => clock.advance(5_000), { retries: 0 }],
      [drop, { status: 'backoff' }],
      [wait, {}],
      [drop, { status: 'failed', error: { kind: 'exhausted' } }],
    ],
  },
];
