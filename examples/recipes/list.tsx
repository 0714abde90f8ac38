import { useServerSentEvents } from 'sse-machine/react';
import { z } from 'zod';

const events = { todo: z.object({ title: z.string() }) };

export function Todos() {
  const { data, clear } = useServerSentEvents('/api/todos', {
    events,
    initial: [] as string[],
    reduce: (titles, { data }) => [...titles, data.title],
  });
  return <button type="button" onClick={clear}>{`Clear ${data.join(', ')}`}</button>;
}
