import { type InfiniteData, QueryClient } from '@tanstack/query-core';
import { queryOptions, useQuery as useInReact, useSuspenseQuery } from '@tanstack/react-query';
import { useQuery as queryInVue } from '@tanstack/vue-query';
import { expect, expectTypeOf, test } from 'vitest';
import { computed, ref } from 'vue';
import { sseQueryOptions, streamInto } from '../../adapters/tanstack-query.ts';
import { createConnection, type Message } from '../../index.ts';

interface Todo {
  id: number;
  done: boolean;
}
type Events = { todo: Todo; removed: { id: number } };

declare const fetchTodos: () => Promise<Todo[]>;

/** Takes code that is compiled and not run: the types are the test. */
const compiled = (_: () => void) => expect(compiled).toBeTypeOf('function');

test('messages are those of the events that are named, and data that of the query', () => {
  compiled(() => {
    const connection = createConnection<Events>('/events');
    const given = { queryKey: ['todos'], queryFn: fetchTodos, connection };
    sseQueryOptions({
      ...given,
      event: 'todo',
      update(todos, message) {
        expectTypeOf(todos).toEqualTypeOf<Todo[]>();
        expectTypeOf(message).toEqualTypeOf<Message<Todo, 'todo'>>();
        return todos;
      },
      lastEventIdOf(todos) {
        expectTypeOf(todos).toEqualTypeOf<Todo[]>();
        return undefined;
      },
    });
    sseQueryOptions({
      ...given,
      event: ['todo', 'removed'],
      update(todos, { event, data }) {
        if (event === 'removed') expectTypeOf(data).toEqualTypeOf<{ id: number }>();
        return todos;
      },
    });
    sseQueryOptions({
      ...given,
      event: '*',
      update(todos, message) {
        expectTypeOf(message.event).toEqualTypeOf<'todo' | 'removed'>();
        return todos;
      },
    });
    // @ts-expect-error There is no such event.
    sseQueryOptions({ ...given, event: 'tood', update: (todos) => todos });
    // @ts-expect-error This is not the data of the query.
    sseQueryOptions({ ...given, event: 'todo', update: () => 'todos' });
  });
});

test('the options go into useQuery of React and of Vue, and select gives the type', () => {
  compiled(() => {
    const todos = (id: number) =>
      sseQueryOptions({
        queryKey: ['todos', id],
        queryFn: fetchTodos,
        connection: () => createConnection<Events>(`/lists/${id}`, { immediate: false }),
        event: 'todo',
        update: (all, { data }) => [...all, data],
        staleTime: 1_000,
        enabled: id > 0,
      });
    expectTypeOf(useInReact(todos(1)).data).toEqualTypeOf<Todo[] | undefined>();
    expectTypeOf(useSuspenseQuery(todos(1)).data).toEqualTypeOf<Todo[]>();
    expectTypeOf(queryInVue(todos(1)).data.value).toEqualTypeOf<Todo[] | undefined>();
    const id = ref(1);
    expectTypeOf(queryInVue(computed(() => todos(id.value))).data.value).toEqualTypeOf<Todo[] | undefined>();
    expectTypeOf(new QueryClient().getQueryData(todos(1).queryKey)).toEqualTypeOf<Todo[] | undefined>();

    const count = { ...todos(1), select: (all: Todo[]) => all.length };
    expectTypeOf(useInReact(count).data).toEqualTypeOf<number | undefined>();
    expectTypeOf(queryInVue(count).data.value).toEqualTypeOf<number | undefined>();
    const chosen = sseQueryOptions({
      queryKey: ['todos'],
      queryFn: fetchTodos,
      connection: createConnection<Events>('/events'),
      event: 'todo',
      update: (all) => all,
      select: (all) => all.length,
    });
    expectTypeOf(useInReact(chosen).data).toEqualTypeOf<number | undefined>();
    expectTypeOf(queryInVue(chosen).data.value).toEqualTypeOf<number | undefined>();
  });
});

test('a key that is made by queryOptions says what data a stream changes', () => {
  compiled(() => {
    const connection = createConnection<Events>('/events');
    const client = new QueryClient();
    const { queryKey } = queryOptions({ queryKey: ['todos'], queryFn: fetchTodos });
    streamInto(client, connection, {
      event: 'todo',
      queryKey,
      update(todos, { data }) {
        expectTypeOf(todos).toEqualTypeOf<Todo[]>();
        return [...todos, data];
      },
    });
    streamInto(client, connection, {
      event: 'todo',
      queryKey: ({ data }) => ['todo', data.id],
      within: ['todo'],
      update: (todo: Todo, { data }) => ({ ...todo, ...data }),
    });
    streamInto(client, connection, {
      event: 'todo',
      queryKey: ['pages'],
      update: (pages: InfiniteData<Todo[]>) => pages,
    });
    // @ts-expect-error A key that is made of the message needs `within`.
    streamInto(client, connection, { event: 'todo', queryKey: () => ['todo'], update: (todo) => todo });
  });
});
