import { afterEach, expect, test } from 'vitest';
import { watchConnections } from '../../adapters/inspection.ts';
import { createConnection } from '../../index.ts';
import { createScriptedTransport } from '../../testing/index.ts';

afterEach(() => watchConnections(undefined));

test('whoever looks on is told of every connection and of its URL before it starts, until told otherwise', async () => {
  const seen: unknown[] = [];
  watchConnections((actor, url) => seen.push(url, actor.getSnapshot().value, actor));
  const { transport } = createScriptedTransport();
  await using first = createConnection('/api/events', { transport, immediate: false });
  expect(seen).toEqual(['/api/events', { closed: 'inactive' }, first.actor]);
  watchConnections(undefined);
  await using _ = createConnection('/api/events', { transport });
  expect(seen).toHaveLength(3);
});
