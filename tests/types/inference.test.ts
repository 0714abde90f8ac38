import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { useServerSentEvents as useInReact } from '../../adapters/react.ts';
import { useServerSentEvents as useInVue } from '../../adapters/vue.ts';
import { type AnyMessage, createConnection, eventTypes, type Message } from '../../index.ts';

type Price = { cents: number };
type Events = { price: Price; note: string };
type All = Price | string | undefined;

/** Takes code that is compiled and not run: the types are the test. */
const compiled = (_: () => void) => expect(compiled).toBeTypeOf('function');

/** The table of docs/data.md: what follows from what is said of the events. Each row is a test below. */
const table = [
  [
    '',
    '`events: { price: schema }`',
    '`events: eventTypes<Events>()`',
    '`<Events>`',
    "`events: ['price']`",
    'nothing',
  ],
  ["`on('price')`", 'its type', 'its type', 'its type', 'unknown', 'unknown'],
  ['another name', 'an error', 'an error', 'an error', 'an error', 'unknown'],
  [
    "`on('*')`, `for await`, `onMessage`",
    'told apart by `event`',
    'told apart by `event`',
    'told apart by `event`',
    'told apart by `event`',
    'unknown',
  ],
  ['`data` of the hooks', 'any of them', 'any of them', 'any of them', 'unknown', 'unknown'],
  ['`latest.price`', 'its type', 'its type', 'its type', 'unknown', 'unknown'],
  [
    '`reduce`, `select`',
    'what they return',
    'what they return',
    'has to be written too',
    'what they return',
    'what they return',
  ],
  ['checked at runtime', 'yes', 'no', 'no', 'no', 'no'],
];

test('the table in docs/data.md is this one', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/data.md'), 'utf8');
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const [head = [], ...rows] = table;
  expect(page).toContain([line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n'));
});

const schemas = { price: z.object({ cents: z.number() }), note: z.string() };

const connections = () => ({
  checked: createConnection('/events', { events: schemas }),
  typed: createConnection('/events', { events: eventTypes<Events>() }),
  mapped: createConnection<Events>('/events'),
  named: createConnection('/events', { events: ['price'] }),
  bare: createConnection('/events'),
});

const inReact = () => ({
  checked: useInReact('/events', { events: schemas }),
  typed: useInReact('/events', { events: eventTypes<Events>() }),
  mapped: useInReact<Events>('/events'),
  named: useInReact('/events', { events: ['price'] }),
  bare: useInReact('/events'),
});

const inVue = () => ({
  checked: useInVue('/events', { events: schemas }),
  typed: useInVue('/events', { events: eventTypes<Events>() }),
  mapped: useInVue<Events>('/events'),
  named: useInVue('/events', { events: ['price'] }),
  bare: useInVue('/events'),
});

test("on('price')", () => {
  compiled(() => {
    const { checked, typed, mapped, named, bare } = connections();
    checked.on('price', ({ data }) => expectTypeOf(data).toEqualTypeOf<Price>());
    typed.on('price', ({ data }) => expectTypeOf(data).toEqualTypeOf<Price>());
    mapped.on('price', ({ data }) => expectTypeOf(data).toEqualTypeOf<Price>());
    named.on('price', ({ data }) => expectTypeOf(data).toBeUnknown());
    bare.on('price', ({ data }) => expectTypeOf(data).toBeUnknown());
  });
});

test('another name', () => {
  compiled(() => {
    const { checked, typed, mapped, named, bare } = connections();
    // @ts-expect-error There is no such event.
    checked.on('prise', () => {});
    // @ts-expect-error There is no such event.
    typed.on('prise', () => {});
    // @ts-expect-error There is no such event.
    mapped.on('prise', () => {});
    // @ts-expect-error There is no such event.
    named.on('prise', () => {});
    bare.on('prise', ({ data }) => expectTypeOf(data).toBeUnknown());
  });
});

test("on('*'), for await, onMessage", () => {
  compiled(async () => {
    const { checked, typed, mapped, named, bare } = connections();
    checked.on('*', (message) => expectTypeOf(message).toEqualTypeOf<AnyMessage<Events>>());
    typed.on('*', (message) => expectTypeOf(message).toEqualTypeOf<AnyMessage<Events>>());
    mapped.on('*', (message) => expectTypeOf(message).toEqualTypeOf<AnyMessage<Events>>());
    named.on('*', ({ event }) => expectTypeOf(event).toEqualTypeOf<'price' | 'message'>());
    bare.on('*', (message) => expectTypeOf(message).toEqualTypeOf<Message>());
    for await (const message of checked) expectTypeOf(message).toEqualTypeOf<AnyMessage<Events>>();
    for await (const { event } of named) expectTypeOf(event).toEqualTypeOf<'price' | 'message'>();
    useInReact('/events', {
      events: schemas,
      onMessage: (message) => {
        if (message.event === 'note') expectTypeOf(message.data).toEqualTypeOf<string>();
      },
    });
    useInVue<Events>('/events', {
      onMessage: (message) => expectTypeOf(message).toEqualTypeOf<AnyMessage<Events>>(),
    });
  });
});

test('data of the hooks', () => {
  compiled(() => {
    const react = inReact();
    expectTypeOf(react.checked.data).toEqualTypeOf<All>();
    expectTypeOf(react.typed.data).toEqualTypeOf<All>();
    expectTypeOf(react.mapped.data).toEqualTypeOf<All>();
    expectTypeOf(react.named.data).toBeUnknown();
    expectTypeOf(react.bare.data).toBeUnknown();
    const vue = inVue();
    expectTypeOf(vue.checked.data.value).toEqualTypeOf<All>();
    expectTypeOf(vue.typed.data.value).toEqualTypeOf<All>();
    expectTypeOf(vue.mapped.data.value).toEqualTypeOf<All>();
    expectTypeOf(vue.named.data.value).toBeUnknown();
    expectTypeOf(vue.bare.data.value).toBeUnknown();
  });
});

test('latest.price', () => {
  compiled(() => {
    const react = inReact();
    expectTypeOf(react.checked.latest.price).toEqualTypeOf<Message<Price, 'price'> | undefined>();
    expectTypeOf(react.typed.latest.price).toEqualTypeOf<Message<Price, 'price'> | undefined>();
    expectTypeOf(react.mapped.latest.price).toEqualTypeOf<Message<Price, 'price'> | undefined>();
    expectTypeOf(react.named.latest.price).toEqualTypeOf<Message<unknown, 'price'> | undefined>();
    expectTypeOf(react.bare.latest['price']).toEqualTypeOf<Message<unknown, string> | undefined>();
    const vue = inVue();
    expectTypeOf(vue.checked.latest.value.price).toEqualTypeOf<Message<Price, 'price'> | undefined>();
    expectTypeOf(vue.named.latest.value.price).toEqualTypeOf<Message<unknown, 'price'> | undefined>();
  });
});

test('reduce, select', () => {
  compiled(() => {
    const gather = { initial: 0, reduce: (count: number) => count + 1 };
    const choose = { select: ({ event }: { event: string | undefined }) => event === 'price' };
    expectTypeOf(useInReact('/events', { events: schemas, ...gather }).data).toEqualTypeOf<number>();
    expectTypeOf(
      useInReact('/events', { events: eventTypes<Events>(), ...gather }).data,
    ).toEqualTypeOf<number>();
    expectTypeOf(useInReact<Events, number>('/events', gather).data).toEqualTypeOf<number>();
    expectTypeOf(useInReact('/events', { events: ['price'], ...gather }).data).toEqualTypeOf<number>();
    expectTypeOf(useInReact('/events', gather).data).toEqualTypeOf<number>();
    expectTypeOf(useInVue('/events', { events: schemas, ...choose }).selected.value).toEqualTypeOf<boolean>();
    expectTypeOf(useInVue<Events, never, boolean>('/events', choose).selected.value).toEqualTypeOf<boolean>();
    expectTypeOf(useInVue('/events', choose).selected.value).toEqualTypeOf<boolean>();
  });
});
