import { afterEach, expect, test } from 'vitest';
import { createConnection } from '../../index.ts';
import { watchActors } from '../../machines/onlooker.ts';
import { createScriptedTransport } from '../../testing/index.ts';

afterEach(() => watchActors(undefined));

test('whoever looks on is told of every connection and of its URL before it starts, until told otherwise', async () => {
  const seen: unknown[] = [];
  watchActors((actor, url) => seen.push(url, actor.getSnapshot().value, actor));
  const { transport } = createScriptedTransport();
  await using first = createConnection('/api/events', { transport, immediate: false });
  expect(seen).toEqual(['/api/events', { closed: 'inactive' }, first.actor]);
  watchActors(undefined);
  await using _ = createConnection('/api/events', { transport });
  expect(seen).toHaveLength(3);
});
