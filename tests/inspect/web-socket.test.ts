import {
  createWebSocketInspector,
  createWebSocketReceiver,
  type StatelyInspectionEvent,
} from '@statelyai/inspect';
import { createInspectorServer } from '@statelyai/inspect/server';
import { expect, test } from 'vitest';
import { createConnection } from '../../index.ts';
import { inspectConnections } from '../../visualizations/inspect/index.ts';
import { freePort } from '../support/ports.ts';
import { startSseServer, status, stream } from '../support/sse-server.ts';
import { quiet, until } from '../support/until.ts';

test('connections in Node are shown over a WebSocket, from their first record on', async () => {
  const port = await freePort();
  const url = `ws://127.0.0.1:${port}`;
  const relay = createInspectorServer({ autoOpen: false, port });
  await answers(`http://127.0.0.1:${port}`); // the receiver asks once
  const received: StatelyInspectionEvent[] = [];
  createWebSocketReceiver({ server: url }).subscribe((record) => void received.push(record));
  const inspector = createWebSocketInspector({ url });
  await using server = await startSseServer();
  server.answer(status(503), stream);

  const inspection = inspectConnections({ viewer: inspector.adapter });
  const connection = createConnection(server.url, { retryDelay: 1 });
  await until(() => connection.state.status === 'open');
  await until(() => received.some(({ type, ...one }) => type === '@xstate.snapshot' && isOpen(one)));
  expect(received[0]).toMatchObject({
    type: '@xstate.actor',
    name: '/events',
    snapshot: { status: 'active' },
  });
  expect(JSON.stringify(received)).toContain('The server answered 503');
  expect(Object.keys(Object(received[0]).snapshot.context)).toHaveLength(18);

  inspection.stop();
  await connection[Symbol.asyncDispose]();
  inspector.stop();
  relay.stop();
});

function isOpen(record: object): boolean {
  return Object(record).snapshot?.value?.live?.open !== undefined;
}

async function answers(url: string): Promise<void> {
  const isUp = () =>
    fetch(url).then(
      () => true,
      () => false,
    );
  while (!(await isUp())) await quiet(1);
}
