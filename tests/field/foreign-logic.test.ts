import { expect, test } from 'vitest';
import { type Actor, createActor } from 'xstate';
import { type Connection, connectionMachine } from '../../index.ts';
import { connect, reached, server } from '../support/stepped-connection.ts';
import { quiet } from '../support/until.ts';

/** The logic that an actor was made from; the type of a reference does not have it. */
function logicOf({ actor }: Connection): typeof connectionMachine {
  return (actor as Actor<typeof connectionMachine>).logic;
}

/** Starts an actor, and says what it fails with. */
function failureOf(actor: Actor<typeof connectionMachine>): unknown {
  actor.start();
  const { value, context } = actor.getSnapshot();
  actor.stop();
  return { value, error: context.error };
}

test('an actor made from `connection.actor.logic` says what is missing, and does not affect the connection', async () => {
  const connection = connect();
  await reached(connection, 'open');
  expect(failureOf(createActor(logicOf(connection), { input: {} }))).toEqual({
    value: 'failed',
    error: {
      kind: 'invalid',
      message: expect.stringMatching(/no transport.*Provide one to `connectionMachine`/),
    },
  });
  await quiet();
  expect(connection.state.status).toBe('open');
  expect(server.requests).toHaveLength(1);
});

test('an actor of the plain statechart says so too', () => {
  expect(failureOf(createActor(connectionMachine, { input: {} }))).toEqual({
    value: 'failed',
    error: {
      kind: 'invalid',
      message: expect.stringContaining('Provide a transport: connectionMachine.provide('),
    },
  });
});

test('an actor with the snapshot of a connection says so too, and does not take it over', async () => {
  const connection = connect();
  await reached(connection, 'open');
  const snapshot = connection.actor.getPersistedSnapshot();
  for (const logic of [logicOf(connection), connectionMachine]) {
    const actor = createActor(logic, { snapshot, input: {} });
    actor.start();
    await quiet();
    expect(actor.getSnapshot()).toMatchObject({ value: 'failed', context: { error: { kind: 'invalid' } } });
    actor.stop();
  }
  expect(connection.state.status).toBe('open');
  expect(server.requests).toHaveLength(1);
});
