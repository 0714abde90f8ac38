import { expect, test } from 'vitest';
import { createConnection } from '../../index.ts';
import { acrossTabs } from '../../tabs/index.ts';
import { createScriptedTransport } from '../../testing/index.ts';
import { until } from '../support/until.ts';

test.each([undefined, '', 42])('the scope %o is refused, with a word of what it should be', (scope) => {
  const options = { scope } as unknown as Parameters<typeof acrossTabs>[0];
  expect(() => acrossTabs(options)).toThrow(
    new TypeError(
      `\`scope\` must be the ID of the user, or 'public', but it is ${scope === '' ? "''" : scope}.`,
    ),
  );
});

test('a connection that is closed before its URL is known leaves no lock', async () => {
  const { transport, requests } = createScriptedTransport();
  let tell = (_: string) => {};
  const url = () => new Promise<string>((resolve) => (tell = resolve));
  const asked = tell;
  const connection = createConnection(url, { transport: acrossTabs({ scope: 'closed early', transport }) });
  await until(() => tell !== asked);
  connection.close();
  tell('https://example.com/events');
  await new Promise((resolve) => setTimeout(resolve));
  const { held = [], pending = [] } = await navigator.locks.query();
  expect([...held, ...pending, ...requests]).toEqual([]);
});
