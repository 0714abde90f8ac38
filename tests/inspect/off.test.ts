import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createConnection } from '../../index.ts';
import { createScriptedTransport } from '../../testing/index.ts';
import { type InspectionOptions, inspectConnections } from '../../visualizations/inspect/index.ts';
import { isObserved } from './is-observed.ts';
import { createRecordingViewer } from './recording-viewer.ts';

const viewer = createRecordingViewer();

beforeEach(() => void vi.spyOn(console, 'error').mockReturnValue());

afterEach(() => {
  inspectConnections({ enabled: false });
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function connect() {
  return createConnection('/api/events', { transport: createScriptedTransport().transport });
}

async function isInspected(options: InspectionOptions = {}): Promise<boolean> {
  inspectConnections({ viewer, ...options });
  await using connection = connect();
  return isObserved(connection.actor);
}

describe('connections are inspected', () => {
  test('in development', async () => {
    vi.stubEnv('NODE_ENV', 'development');
    expect(await isInspected()).toBe(true);
  });

  test('not in production, where nobody looks at a connection', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const before = viewer.records.length;
    expect(await isInspected()).toBe(false);
    expect(viewer.records).toHaveLength(before);
  });

  test('in production if asked, and not in development if not', async () => {
    expect(await isInspected({ enabled: false })).toBe(false);
    vi.stubEnv('NODE_ENV', 'production');
    expect(await isInspected({ enabled: true })).toBe(true);
  });

  test('not where there is no `process`, as nobody can tell', async () => {
    vi.stubGlobal('process', undefined);
    expect(await isInspected()).toBe(false);
  });

  test.each(['stately', 'local'] as const)(
    'not on a server by the viewer %s, which takes a page',
    async (name) => {
      expect(await isInspected({ viewer: name })).toBe(false);
      expect(console.error).not.toHaveBeenCalled();
    },
  );

  test('no longer after a call that is off', async () => {
    inspectConnections({ viewer });
    expect(await isInspected({ enabled: false })).toBe(false);
  });
});

test('an inspection that is off can be used like one that is on', async () => {
  await using connection = connect();
  using inspection = inspectConnections({ viewer, enabled: false });
  inspection.add(connection);
  inspection.inspect({ type: '@xstate.actor', actorRef: connection.actor, rootId: '' });
  inspection.stop();
  expect(isObserved(connection.actor)).toBe(false);
});

test.each([
  [{ enabled: 'yes' }, '`enabled` must be boolean'],
  [
    { viewer: 'statly' },
    "`viewer` must be 'stately' | 'local' | an adapter with `send`, but it is 'statly'.",
  ],
  [{ viewer: {} }, '`viewer` must be'],
  [{ url: '' }, '`url` must be string'],
  [{ iframe: {} }, '`iframe` must be an <iframe>'],
  [{ payloads: 1 }, '`payloads` must be boolean'],
  [{ messagesEvery: -1 }, '`messagesEvery` must be a number from 0'],
  [{ messagesEvery: Infinity }, '`messagesEvery` must be a number from 0'],
  [{ name: 'x' }, '`name` must be function'],
])('the options %j are refused with a sentence, in production too', (options, sentence) => {
  vi.stubEnv('NODE_ENV', 'production');
  expect(() => inspectConnections(options as object)).toThrow(TypeError);
  expect(() => inspectConnections(options as object)).toThrow(sentence);
});
