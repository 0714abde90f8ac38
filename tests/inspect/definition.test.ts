import { afterAll, describe, expect, test } from 'vitest';
import { type AnyStateNode, createMachine } from 'xstate';
import { connectionMachine, createConnection } from '../../index.ts';
import { namesIn as namesSetUp, transitionsOf } from '../../machines/xstate-internals.ts';
import { createScriptedTransport } from '../../testing/index.ts';
import { inspectConnections } from '../../visualizations/inspect/index.ts';
import { createRecordingViewer } from './recording-viewer.ts';

const viewer = createRecordingViewer();
const inspection = inspectConnections({ viewer });
const connection = createConnection('/api/events', { transport: createScriptedTransport().transport });
const [first] = viewer.records;
const definition = (first?.type === '@xstate.actor' && first.definition) || '';

afterAll(async () => {
  inspection.stop();
  await connection[Symbol.asyncDispose]();
});

/** The names of actions, guards and actors in a definition, wherever they may be, by the key that they stand under. */
function* namesIn(value: unknown, key = ''): Generator<[kind: string, name: unknown]> {
  if (Array.isArray(value)) {
    for (const item of value) yield* namesIn(item, key);
    return;
  }
  const kind = { actions: 'actions', entry: 'actions', exit: 'actions', guard: 'guards', src: 'actors' }[key];
  if (kind) {
    yield [kind, Object(value).type ?? value];
  } else if (Object(value) === value) {
    for (const [name, inner] of Object.entries(Object(value))) {
      if (key === 'after') yield ['delays', name];
      yield* namesIn(inner, key === 'on' || key === 'states' || key === 'after' ? '' : name);
    }
  }
}

/** Every state, and every transition with all that it has, as XState understands them. */
function tableOf(node: AnyStateNode): string[] {
  const { id, tags, entry, exit, invoke, initial } = node;
  return [
    JSON.stringify({ id, tags, entry, exit, initial: initial?.target?.map((one) => one.id) }),
    ...invoke.map(({ id: own, src }) => `${id} invokes ${own}, ${src}`),
    ...transitionsOf(node).map(({ eventType, target, guard, actions, reenter }) =>
      JSON.stringify({ id, eventType, target: target?.map((one) => one.id), guard, actions, reenter }),
    ),
    ...Object.values(node.states).flatMap(tableOf),
  ];
}

type Kind = Parameters<typeof namesSetUp>[1];

describe('the statechart that a viewer gets', () => {
  test('names every action, guard, delay and actor as the machine does', () => {
    const found = [...namesIn(JSON.parse(definition))];
    for (const [kind, name] of found) {
      expect(namesSetUp(connectionMachine, kind as Kind), `${kind}: ${name}`).toContain(name);
    }
    for (const kind of ['actions', 'guards', 'delays', 'actors']) {
      const used = new Set(found.filter(([one]) => one === kind).map(([, name]) => name));
      const known = namesSetUp(connectionMachine, kind as Kind);
      // The action `sendRequest` spawns those.
      expect([...used].sort(), kind).toEqual(known.filter((name) => name !== 'transport').sort());
    }
  });

  test('has every state and every transition of the machine, with all that they do', () => {
    const received = createMachine(JSON.parse(definition));
    const table = tableOf(connectionMachine.root);
    expect(tableOf(received.root)).toEqual(table);
    expect(table.length).toBeGreaterThan(60);
  });

  test('was cut nowhere, and has nothing in it that has no name', () => {
    expect(definition).not.toMatch(
      /\[Object\]|\[Array\]|\[Circular\]|\[\.\.\.\]|inline|anonymous|null|\.\.\./,
    );
  });

  test('is the same for a connection with a transport of its own', () => {
    expect(definition).toBe(JSON.stringify(connectionMachine.config));
  });
});
