import { afterEach, expect, test } from 'vitest';
import { createConnection } from '../../index.ts';
import { watchActors } from '../../machines/onlooker.ts';
import { createScriptedTransport } from '../../testing/index.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

test('an onlooker is called with every connection and its URL before it starts, until it is removed', async () => {
  const seen: unknown[] = [];
  const end = watchActors((actor, url) => seen.push(url, actor.getSnapshot().value, actor));
  ends.push(end);
  const { transport } = createScriptedTransport();
  await using first = createConnection('/api/events', { transport, immediate: false });
  expect(seen).toEqual(['/api/events', { closed: 'inactive' }, first.actor]);
  end();
  await using _ = createConnection('/api/events', { transport });
  expect(seen).toHaveLength(3);
});

test('there may be several onlookers, and removing one does not affect the others', async () => {
  const [seen, others]: [unknown[], unknown[]] = [[], []];
  const end = watchActors((_, url) => seen.push(url));
  ends.push(watchActors((_, url) => others.push(url)));
  const { transport } = createScriptedTransport();
  await using _first = createConnection('/api/one', { transport, immediate: false });
  end();
  await using _second = createConnection('/api/two', { transport, immediate: false });
  expect([seen, others]).toEqual([['/api/one'], ['/api/one', '/api/two']]);
});
