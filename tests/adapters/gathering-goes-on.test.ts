import { expect, test } from 'vitest';
import { createComponentConnection, type Message } from '../../index.ts';
import { clock, server } from '../support/stepped-connection.ts';
import { until } from '../support/until.ts';

const gathering = {
  clock,
  parse: 'text',
  initial: '',
  reduce: (text: string, { data }: Message<string>) => text + data,
} as const;

test('what is gathered goes on with other options, where the connection resumes after the last event', async () => {
  const component = createComponentConnection<Record<string, string>, string>();
  const first = component.storeFor(server.url, { ...gathering, events: ['a'], history: 3 });
  first.subscribe(() => {});
  component.enter(first, server.url);
  await until(() => first.get().status === 'open');
  server.publish('1', 'a');
  server.publish('2', 'a');
  await until(() => first.get().data === '12');

  const next = component.storeFor(server.url, { ...gathering, events: ['a', 'b'], history: 2 });
  expect(next.get().data).toBe('12'); // as it is rendered, before it is there
  next.subscribe(() => {});
  server.publish('3', 'a');
  await until(() => first.get().data === '123');
  component.enter(next, server.url);
  expect(next.get()).toMatchObject({ data: '123', latest: { a: { data: '3' } }, dropped: 1 });
  await until(() => next.get().status === 'open');
  server.publish('4', 'b');
  await until(() => next.get().data === '1234');
  expect(next.get().history.map(({ data }) => data)).toEqual(['3', '4']);
  component.leave();
});

test('what is gathered begins anew with other options, where there is no ID to resume after', async () => {
  const component = createComponentConnection<Record<string, string>, string>();
  const first = component.storeFor(server.url, { ...gathering, events: ['a'] });
  component.enter(first, server.url);
  first.subscribe(() => {});
  await until(() => first.get().status === 'open');
  server.write('event: a\ndata: 1\n\n');
  await until(() => first.get().data === '1');
  const next = component.storeFor(server.url, { ...gathering, events: ['a', 'b'] });
  component.enter(next, server.url);
  expect(next.get().data).toBe('');
  component.leave();
});
