/** @jest-environment node */
import { expect, test } from '@jest/globals';
import { createConnection } from 'sse-machine';
import { createScriptedServer } from 'sse-machine/testing';
import { testTheKit } from './suite.mjs';

testTheKit();

test('a real server is played', async () => {
  const server = await createScriptedServer();
  const connection = createConnection(server.url);
  await server.accept();
  const first = connection[Symbol.asyncIterator]().next();
  await server.send('Hello');
  expect((await first).value.data).toBe('Hello');
  connection.close();
  await server.close();
  expect(server.openSockets).toBe(0);
});
