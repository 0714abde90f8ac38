import { type } from 'arktype';
import * as v from 'valibot';
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import {
  useConnection as useConnectionInReact,
  useServerSentEvents as useInReact,
} from '../../adapters/react.ts';
import { useConnection as useConnectionInVue, useServerSentEvents as useInVue } from '../../adapters/vue.ts';
import {
  type AnyMessage,
  type Connection,
  type ConnectionError,
  type ConnectionState,
  createConnection,
  eventTypes,
  type InvalidMessage,
  type Message,
} from '../../index.ts';

interface Notification {
  title: string;
}
type Price = { cents: number };
type Events = { notification: Notification; price: Price };
type Checked = { notification: { title: string }; price: { cents: number } };

/** Takes code that is compiled and not run: the types are the test. */
const compiled = (_: () => void) => expect(compiled).toBeTypeOf('function');

const schemas = {
  notification: z.object({ title: z.string() }),
  price: v.object({ cents: v.number() }),
};

test('schemas of any library type a connection', () => {
  compiled(async () => {
    const connection = createConnection('/events', {
      events: schemas,
      onInvalid(invalid) {
        expectTypeOf(invalid).toEqualTypeOf<InvalidMessage>();
      },
    });
    expectTypeOf(connection).toEqualTypeOf<Connection<Checked>>();
    connection.on('price', (message) => expectTypeOf(message).toEqualTypeOf<Message<Price, 'price'>>());
    connection.on('*', (message) => {
      if (message.event === 'price') expectTypeOf(message.data).toEqualTypeOf<Price>();
      // @ts-expect-error It may be a price.
      message.data.title;
    });
    for await (const message of connection) expectTypeOf(message).toEqualTypeOf<AnyMessage<Checked>>();
    // @ts-expect-error Only those that have a schema are heard.
    connection.on('message', () => {});
    // @ts-expect-error There is no such event.
    connection.on('prise', () => {});
  });
});

test('a schema says what it makes of the payload, and not what it takes', () => {
  compiled(() => {
    const at = z.object({ at: z.string().transform((text) => new Date(text)) });
    const count = type('string.numeric.parse');
    const connection = createConnection('/events', { events: { at, count, message: v.string() } });
    connection.on('at', ({ data }) => expectTypeOf(data).toEqualTypeOf<{ at: Date }>());
    connection.on('count', ({ data }) => expectTypeOf(data).toEqualTypeOf<number>());
    connection.on('message', ({ data }) => expectTypeOf(data).toEqualTypeOf<string>());
    // @ts-expect-error That is no schema.
    createConnection('/events', { events: { at: (data: unknown) => data } });
  });
});

test('schemas go with a map of types that they fit', () => {
  compiled(() => {
    expectTypeOf(createConnection<Events>('/events', { events: schemas })).toEqualTypeOf<
      Connection<Events>
    >();
    // @ts-expect-error There is no schema for the prices.
    createConnection<Events>('/events', { events: { notification: schemas.notification } });
    // @ts-expect-error The schema lets something else through.
    createConnection<{ price: string }>('/events', { events: { price: schemas.price } });
  });
});

test('the state of each status says what it has', () => {
  compiled(() => {
    const { state } = createConnection('/events');
    if (state.status === 'failed') expectTypeOf(state.error).toEqualTypeOf<ConnectionError>();
    if (state.status === 'open') expectTypeOf(state.openedAt).toEqualTypeOf<number>();
    if (state.status === 'backoff') expectTypeOf(state.retryAt).toEqualTypeOf<number>();
    if (state.status === 'connecting') expectTypeOf(state.error).toEqualTypeOf<ConnectionError | null>();

    const { status, error, state: whole } = useInReact('/events');
    if (status === 'failed') expectTypeOf(error).toEqualTypeOf<ConnectionError>();
    expectTypeOf(whole).toEqualTypeOf<ConnectionState>();
    const { state: ref } = useInVue('/events');
    if (ref.value.status === 'failed') expectTypeOf(ref.value.error).toEqualTypeOf<ConnectionError>();
  });
});

test('React: what is shown follows from the schemas', () => {
  compiled(() => {
    const { data, event, latest, history } = useInReact('/events', {
      events: schemas,
      history: 100,
      onMessage: (message) => expectTypeOf(message).toEqualTypeOf<AnyMessage<Checked>>(),
    });
    expectTypeOf(data).toEqualTypeOf<{ title: string } | { cents: number } | undefined>();
    expectTypeOf(event).toEqualTypeOf<'notification' | 'price' | undefined>();
    expectTypeOf(latest.price).toEqualTypeOf<Message<Price, 'price'> | undefined>();
    expectTypeOf(history).toEqualTypeOf<readonly AnyMessage<Checked>[]>();
    // @ts-expect-error There is no such event.
    latest.prise;
  });
});

test('React: what is gathered and what is chosen', () => {
  compiled(() => {
    const { data, clear } = useInReact('/events', {
      events: schemas,
      initial: 0,
      reduce: (sum, message) => (message.event === 'price' ? sum + message.data.cents : sum),
    });
    expectTypeOf(data).toEqualTypeOf<number>();
    expectTypeOf(clear).toEqualTypeOf<() => void>();

    const chosen = useInReact('/events', {
      events: schemas,
      select: ({ status, latest }) => ({ status, cents: latest.price?.data.cents }),
    });
    expectTypeOf(chosen.selected.cents).toEqualTypeOf<number | undefined>();
    // @ts-expect-error Only the choice is shown.
    chosen.data;
    chosen.reconnect();

    const both = useInReact('/events', {
      events: schemas,
      initial: [] as Notification[],
      reduce: (all, message) => (message.event === 'notification' ? [...all, message.data] : all),
      select: ({ data }) => data.length,
    });
    expectTypeOf(both.selected).toEqualTypeOf<number>();
    // @ts-expect-error What is made has to be what is begun with.
    useInReact('/events', { initial: 0, reduce: () => 'text' });
  });
});

test('a reducer that stands elsewhere says which events there are', () => {
  compiled(() => {
    const gathering = {
      initial: 0,
      closeOn: ({ data }: Message) => data === '[DONE]',
      reduce: (sum: number, { event, data }: AnyMessage<Events>) =>
        event === 'price' ? sum + data.cents : sum,
    };
    const { data, latest } = useInReact('/events', { ...gathering, method: 'POST' });
    expectTypeOf(data).toEqualTypeOf<number>();
    expectTypeOf(latest.price).toEqualTypeOf<Message<Price, 'price'> | undefined>();
    const inVue = useInVue('/events', gathering);
    expectTypeOf(inVue.data.value).toEqualTypeOf<number>();
    expectTypeOf(inVue.latest.value.price).toEqualTypeOf<Message<Price, 'price'> | undefined>();
  });
});

test('React: names alone narrow the names, and a map of types does all without schemas', () => {
  compiled(() => {
    const named = useInReact('/events', { events: ['notification'] });
    expectTypeOf(named.event).toEqualTypeOf<'notification' | 'message' | undefined>();
    expectTypeOf(named.data).toBeUnknown();

    const mapped = useInReact<Events>('/events', { events: ['notification', 'price'], history: 1 });
    expectTypeOf(mapped.data).toEqualTypeOf<Notification | Price | undefined>();
    expectTypeOf(mapped.latest.notification?.data).toEqualTypeOf<Notification | undefined>();
    // @ts-expect-error There is no such event.
    useInReact<Events>('/events', { events: ['prise'] });
    expectTypeOf(
      useInReact<Events, number>('/events', { initial: 0, reduce: (n) => n + 1 }).data,
    ).toEqualTypeOf<number>();
    expectTypeOf(useInReact('/events').data).toBeUnknown();
  });
});

test('types alone leave the rest to be inferred', () => {
  compiled(() => {
    const { selected } = useInReact('/events', {
      events: eventTypes<Events>(),
      select: ({ latest }) => latest.price?.data.cents ?? 0,
    });
    expectTypeOf(selected).toEqualTypeOf<number>();
    const { data } = useInVue('/events', {
      events: eventTypes<Events>('price'),
      initial: 0,
      reduce: (sum, message) => (message.event === 'price' ? sum + message.data.cents : sum),
    });
    expectTypeOf(data.value).toEqualTypeOf<number>();
    expectTypeOf(createConnection('/events', { events: eventTypes<Events>() })).toEqualTypeOf<
      Connection<Events>
    >();
    // @ts-expect-error There is no such event.
    eventTypes<Events>('prise');
  });
});

test('types alone check nothing, and name the events if they are told', () => {
  expect([eventTypes<Events>(), eventTypes<Events>('price', 'notification')]).toEqual([
    undefined,
    ['price', 'notification'],
  ]);
});

test('React: a connection from elsewhere keeps its types', () => {
  compiled(() => {
    const connection = createConnection('/events', { events: schemas });
    const shown = useConnectionInReact(connection, { history: 5, settle: 500 });
    expectTypeOf(shown.data).toEqualTypeOf<{ title: string } | { cents: number } | undefined>();
    const { data } = useConnectionInReact(connection, {
      initial: '',
      reduce: (text, message) => text + (message.event === 'notification' ? message.data.title : ''),
    });
    expectTypeOf(data).toEqualTypeOf<string>();
    expectTypeOf(
      useConnectionInReact(connection, { select: ({ status }) => status === 'open' }).selected,
    ).toEqualTypeOf<boolean>();
    useConnectionInReact(null);
  });
});

test('Vue: the same, as computed refs', () => {
  compiled(() => {
    const { data, latest, history } = useInVue(() => '/events', {
      events: schemas,
      onMessage: (message) => expectTypeOf(message).toEqualTypeOf<AnyMessage<Checked>>(),
    });
    expectTypeOf(data.value).toEqualTypeOf<{ title: string } | { cents: number } | undefined>();
    expectTypeOf(latest.value.price).toEqualTypeOf<Message<Price, 'price'> | undefined>();
    expectTypeOf(history.value).toEqualTypeOf<readonly AnyMessage<Checked>[]>();

    const sum = useInVue('/events', {
      events: schemas,
      initial: 0,
      reduce: (sum, message) => (message.event === 'price' ? sum + message.data.cents : sum),
    });
    expectTypeOf(sum.data.value).toEqualTypeOf<number>();

    const chosen = useInVue('/events', { events: schemas, select: ({ latest }) => latest.price?.data.cents });
    expectTypeOf(chosen.selected.value).toEqualTypeOf<number | undefined>();
    // @ts-expect-error Only the choice is shown.
    chosen.status;

    const named = useInVue('/events', { events: ['notification'] });
    expectTypeOf(named.event.value).toEqualTypeOf<'notification' | 'message' | undefined>();
    expectTypeOf(useInVue<Events>('/events').data.value).toEqualTypeOf<Notification | Price | undefined>();

    const connection = createConnection('/events', { events: schemas });
    expectTypeOf(useConnectionInVue(connection).latest.value.price).toEqualTypeOf<
      Message<Price, 'price'> | undefined
    >();
    expectTypeOf(
      useConnectionInVue(connection, { initial: 0, reduce: (n) => n + 1 }).data.value,
    ).toEqualTypeOf<number>();
  });
});

test('Vue: options may come from a getter', () => {
  compiled(() => {
    const { latest } = useInVue('/events', () => ({ events: schemas, headers: { 'x-room': '1' } }));
    expectTypeOf(latest.value.price).toEqualTypeOf<Message<Price, 'price'> | undefined>();
    const { event } = useInVue('/events', () => ({ events: ['notification'], history: 3 }));
    expectTypeOf(event.value).toEqualTypeOf<'notification' | 'message' | undefined>();
    // @ts-expect-error No such option.
    useInVue('/events', () => ({ maxRetry: 3 }));
  });
});
