import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Connection, createConnection } from '../../index.ts';
import { acrossTabs, type TabsTransport } from '../../tabs/index.ts';
import { createScriptedTransport, type ScriptedTransport } from '../../testing/index.ts';
import { type InspectionOptions, inspectConnections } from '../../visualizations/inspect/index.ts';
import { createHistory } from '../../visualizations/viewer/model/history.ts';
import { leadershipWords } from '../../visualizations/viewer/text/tab-words.ts';
import { canaries, createLeaks } from '../privacy/canaries.ts';
import { until } from '../support/until.ts';
import { createRecordingViewer, type RecordingViewer } from './recording-viewer.ts';

let viewer: RecordingViewer;
let server: ScriptedTransport;
let connection: Connection;
let transport: TabsTransport;
let stop = () => {};

beforeEach(() => {
  viewer = createRecordingViewer();
  server = createScriptedTransport();
});

afterEach(async () => {
  await connection[Symbol.asyncDispose]();
  await untilAway(); // or the next test would go on with this stream
  stop();
});

/** Shares a stream, and is the first to do so. */
async function lead(options: InspectionOptions = {}): Promise<void> {
  ({ stop } = inspectConnections({ viewer, ...options }));
  transport = acrossTabs({ scope: canaries.token, transport: server.transport, linger: 0 });
  const url = `http://${canaries.user}:${canaries.password}@127.0.0.1/events?token=${canaries.query}`;
  connection = createConnection(url, { transport });
  await until(() => server.requests.length > 0);
  await server.accept();
  await until(() => connection.state.status === 'open');
}

async function untilAway(): Promise<void> {
  let isHeld = true;
  await until(() => {
    navigator.locks.query().then(({ held = [] }) => {
      isHeld = held.length > 0;
    });
    return !isHeld;
  });
}

/** The snapshots of the actor of that name. */
function snapshots(name: string): unknown[] {
  const actor = viewer.records.find((record) => record.type === '@xstate.actor' && record.name === name);
  return viewer.records.flatMap((record) =>
    record.sessionId === actor?.sessionId && record.type === '@xstate.snapshot' ? [record.snapshot] : [],
  );
}

describe('a tab that shares a stream', () => {
  test('is shown beside the connection, with its own statechart and its children', async () => {
    await lead();
    expect(viewer.names()).toEqual(
      expect.arrayContaining([
        '/events',
        '/events · tabs',
        '/events · tabs · lock',
        '/events · tabs · channel',
        '/events · tabs · environment',
      ]),
    );
    expect(viewer.story('/events · tabs')).toEqual(
      expect.arrayContaining(['event stream.wanted', 'snapshot stream.wanted', 'event lock.granted']),
    );
    const [shown] = viewer.records.filter(
      (one) => one.type === '@xstate.actor' && one.name === '/events · tabs',
    );
    expect(shown).toMatchObject({
      parentId: undefined,
      definition: expect.stringMatching(/^\{"id":"tabs".*"takingOver"/),
    });
  });

  test('says who leads, since when, and how many follow', async () => {
    const begin = Date.now();
    await lead();
    const all = snapshots('/events · tabs');
    expect(all).toContainEqual(
      expect.objectContaining({
        value: 'joining',
        context: expect.objectContaining({ leadership: { leader: 'none', since: null, followers: null } }),
      }),
    );
    const last = all.at(-1);
    expect(last).toMatchObject({
      value: { leading: 'counting' },
      context: { leadership: { leader: 'this tab', since: expect.any(Number), followers: 0 } },
      tags: ['requests'],
    });
    expect(Reflect.get(Object(last), 'context').since).toBeGreaterThanOrEqual(begin);
  });

  test('is told in the viewer of this package, until the page has no use for the stream', async () => {
    const history = createHistory();
    viewer = { ...viewer, send: history.receive };
    await lead();
    const [shown] = [...history.tabs.values()];
    expect(shown && leadershipWords({ ...shown, since: null })).toBe('this tab leads · 0 followers');
    expect(shown).toMatchObject({ name: '/events · tabs', path: 'leading.counting' });
    expect([...history.connections.values()].map(({ name }) => name)).toEqual(['/events']);
    connection.close();
    await until(() => history.tabs.size === 0);
  });

  test('shows no scope, no query and no credentials of the URL, although its lock has them in its name', async () => {
    await lead();
    await server.send({ id: '1', data: canaries.message });
    await until(() => connection.state.lastEventId === '1');
    const { held = [] } = await navigator.locks.query();
    expect(held.some(({ name }) => name?.includes(canaries.token) && name.includes(canaries.query))).toBe(
      true,
    );
    transport.signOut();
    await until(() => connection.state.status === 'failed');
    const leaks = createLeaks();
    leaks.watch('records', viewer.records);
    expect(viewer.names()).toContain('/events · tabs');
    expect([...leaks.found(), ...leaks.sightings]).toEqual([]);
  });

  test('has the name that the app gives, where the path is a secret', async () => {
    await lead({ name: () => 'feed' });
    expect(viewer.names()).toEqual(expect.arrayContaining(['feed', 'feed · tabs', 'feed · tabs · lock']));
    expect(JSON.stringify(viewer.records)).not.toContain('/events');
  });

  test('is shown by an inspection that takes the place of another', async () => {
    await lead();
    const next = createRecordingViewer();
    ({ stop } = inspectConnections({ viewer: next }));
    expect(next.names()).toEqual(expect.arrayContaining(['/events', '/events · tabs']));
  });
});
