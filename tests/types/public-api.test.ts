import { expect, expectTypeOf, test } from 'vitest';
import { createActor } from 'xstate';
import {
  useConnection as useConnectionInReact,
  useServerSentEvents as useInReact,
} from '../../adapters/react.ts';
import { useConnection as useConnectionInVue, useServerSentEvents as useInVue } from '../../adapters/vue.ts';
import {
  type Connection,
  type ConnectionError,
  type ConnectionStatus,
  connectionMachine,
  createConnection,
  type Message,
} from '../../index.ts';

interface Notification {
  title: string;
}
type Events = { notification: Notification; heartbeat: { at: number } };

/** Takes code that is compiled and not run: the types are the test. */
const compiled = (_: () => void) => expect(compiled).toBeTypeOf('function');

test('a map of events types the listeners', () => {
  compiled(() => {
    const connection = createConnection<Events>('/events');
    connection.on('notification', (message) => {
      expectTypeOf(message).toEqualTypeOf<Message<Notification, 'notification'>>();
      // @ts-expect-error The data has no such field.
      message.data.subject;
    });
    connection.on('*', (message) => {
      if (message.event === 'heartbeat') expectTypeOf(message.data).toEqualTypeOf<{ at: number }>();
    });
    // @ts-expect-error There is no such event.
    connection.on('notifcation', () => {});
    // @ts-expect-error `events` may only name events of the map.
    createConnection<Events>('/events', { events: ['message'] });
    createConnection<Events>('/events', { events: ['notification'] });
  });
});

test('the map may be an interface, and any connection goes where one is shown', () => {
  interface Named {
    notification: Notification;
  }
  compiled(() => {
    const connection = createConnection<Named>('/events', { events: ['notification'], headers: undefined });
    connection.on('notification', ({ data }) => expectTypeOf(data).toEqualTypeOf<Notification>());
    useConnectionInReact(connection);
    useConnectionInVue(connection);
    createActor(connectionMachine, { input: { maxRetries: undefined } });
  });
});

test('a signal is an AbortSignal, in the hooks too', () => {
  compiled(() => {
    const { signal } = new AbortController();
    createConnection<Events>('/events', { signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]) });
    createConnection('/events', { signal: undefined, events: ['notification'] });
    useInReact('/events', { signal });
    useInVue('/events', { signal });
    // @ts-expect-error A controller is no signal.
    createConnection('/events', { signal: new AbortController() });
  });
});

test('topics are for a URL that is made of them', () => {
  const told = { share: 'topics', topics: ['orders'] } as const;
  compiled(() => {
    createConnection((topics) => {
      expectTypeOf(topics).toEqualTypeOf<readonly string[]>();
      return `/events?topics=${topics}`;
    }, told);
    createConnection(async () => new URL('/events', 'https://app.test'), { share: true });
    useInReact((topics) => `/events?topics=${topics.join()}`, told);
    useInVue((topics: readonly string[]) => `/events?topics=${topics}`, {
      ...told,
      topics: () => ['orders'],
    });
    useInVue(() => '/events', { share: 'name', linger: 5_000 });
    // @ts-expect-error A name is text.
    createConnection('/events', { share: 1 });
    // @ts-expect-error Topics are text.
    createConnection('/events', { share: 'topics', topics: [1] });
  });
});

test('a list of events types the names', () => {
  compiled(() => {
    const connection = createConnection('/events', { events: ['notification', 'heartbeat'] });
    type Names = 'message' | 'notification' | 'heartbeat';
    expectTypeOf(connection).toEqualTypeOf<Connection<Record<Names, unknown>>>();
    connection.on('message', () => {}); // without being named
    // @ts-expect-error There is no such event.
    connection.on('other', () => {});
  });
});

test('without either every name goes, and the data is unknown', () => {
  compiled(() => {
    createConnection('/events').on('anything', ({ data }) => expectTypeOf(data).toBeUnknown());
  });
});

test('options that are none, or of another type, do not compile', () => {
  compiled(() => {
    // @ts-expect-error No such option.
    createConnection('/events', { maxRetry: 3 });
    // @ts-expect-error No such jitter.
    createConnection('/events', { jitter: 'half' });
    // @ts-expect-error No such verdict.
    createConnection('/events', { policy: { 404: 'maybe' } });
    // @ts-expect-error A URL is needed.
    createConnection();
  });
});

test('the state and the hooks say what they hold', () => {
  compiled(async () => {
    const connection = createConnection<Events>('/events');
    expectTypeOf(connection.state.status).toEqualTypeOf<ConnectionStatus>();
    expectTypeOf(connection.state.error).toEqualTypeOf<ConnectionError | null>();
    // @ts-expect-error The state is read-only.
    connection.state.retries = 0;
    for await (const message of connection) expectTypeOf(message.event).toEqualTypeOf<keyof Events>();

    const inReact = useInReact<{ notification: Notification }>('/events', {
      events: ['notification'],
      onMessage: ({ data }) => expectTypeOf(data).toEqualTypeOf<Notification>(),
    });
    expectTypeOf(inReact.data).toEqualTypeOf<Notification | undefined>();
    expectTypeOf(inReact.status).toEqualTypeOf<ConnectionStatus>();
    useInReact(null);
    useConnectionInReact(connection);

    const inVue = useInVue<{ notification: Notification }>(() => '/events', { onDeactivated: 'pause' });
    expectTypeOf(inVue.data.value).toEqualTypeOf<Notification | undefined>();
    // @ts-expect-error The refs are read-only.
    inVue.status.value = 'open';
    // @ts-expect-error React has no KeepAlive.
    useInReact('/events', { onDeactivated: 'pause' });
  });
});

test('an option takes what its rule allows, and nothing else', () => {
  compiled(() => {
    createConnection('/events', { jitter: 'decorrelated', policy: { 404: 'retry', '5xx': 'fail' } });
    createConnection('/events', { jitter: (delay) => delay / 2, idleTimeout: 'auto', replays: 'deliver' });
    // @ts-expect-error There is no such kind of jitter.
    createConnection('/events', { jitter: 'half' });
    // @ts-expect-error There is no such class of statuses.
    createConnection('/events', { policy: { '1xx': 'retry' } });
    // @ts-expect-error There is no such verdict.
    createConnection('/events', { policy: { 404: 'maybe' } });
    // @ts-expect-error A ref is no headers.
    createConnection('/events', { headers: { value: { authorization: 'x' } } });
    // @ts-expect-error An object is no body.
    createConnection('/events', { method: 'POST', body: { question: 'x' } });
    // @ts-expect-error The statechart makes no delay with a function.
    createActor(connectionMachine, { input: { jitter: (delay: number) => delay } });
  });
});
