import { expect } from 'vitest';
import { type Asked, type Asker, ask, publish, type Question } from './ask.ts';

/** For a server that runs with this environment, what any server of the examples does. */
export const conformanceEnv = {
  KEEP_ALIVE: '100',
  STREAMS_PER_USER: '2',
  ALLOWED_ORIGIN: 'http://localhost:5173',
};

const secondOrigin = { Origin: conformanceEnv.ALLOWED_ORIGIN };

type Checks = Readonly<Record<string, (server: Asker) => Promise<void>>>;

/** Checks of what is sent to those who may have a stream, under the names of the tests. */
export const streamChecks: Checks = {
  'sends its headers and a comment at once, and says where the stream stands': async (server) => {
    const newest = await publish(server, { before: 'anybody listens' });
    await using asked = await ask(server);
    const { status, headers } = asked.response;
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(headers.get('cache-control')).toContain('no-store');
    expect(headers.get('x-accel-buffering')).toBe('no');
    expect(headers.get('last-event-id')).toBe(newest);
    expect(await asked.next()).toEqual({ '': 'connected', id: newest });
  },

  'sends comments while there is nothing to say': async (server) => {
    // Of the request: on a machine with much to do, the first comments may be in store once there is time to look.
    const began = performance.now();
    await using asked = await ask(server);
    await asked.next();
    for (let count = 0; count < 6; count += 1) {
      const block = await asked.next();
      expect(Object.keys(block ?? {})).toEqual(['']);
    }
    expect(performance.now() - began).toBeGreaterThan(300);
  },

  'sends an event with an ID, a name and data': async (server) => {
    await using asked = await ask(server);
    const id = await publish(server, { text: 'one\ntwo' }, 'notification');
    expect(await asked.nextEvent()).toEqual({
      id,
      event: 'notification',
      data: '{"text":"one\\ntwo"}',
    });
  },

  'replays what came after the last event ID in the header': (server) =>
    replays(server, (id) => ({ headers: { 'Last-Event-ID': id } })),

  'replays what came after the last event ID in the query': (server) =>
    replays(server, (id) => ({ query: { lastEventId: id } })),

  'takes the header where the query has an older ID': (server) =>
    replays(server, (id) => ({ headers: { 'Last-Event-ID': id }, query: { lastEventId: '0' } })),

  'goes on after the newest event for an ID that it never gave, and says so': async (server) => {
    const newest = await publish(server, {});
    for (const id of [`${newest}9`, 'some-id', '-1']) {
      await using asked = await ask(server, { headers: { 'Last-Event-ID': id } });
      expect(asked.response.headers.get('last-event-id')).toBe(newest);
    }
  },

  'kicks the oldest of too many streams of a user, without an ID of its own': async (server) => {
    const newest = await publish(server, {});
    await using oldest = await begin(server, 'user-kim');
    await using other = await begin(server, 'user-kim');
    await using stranger = await begin(server, 'user-lee');
    await using newcomer = await begin(server, 'user-kim');
    const farewell = await oldest.nextEvent();
    expect(farewell).toMatchObject({ event: 'kicked', data: '{"reason":"too many streams"}' });
    // None, or the one that the client has.
    expect(farewell?.['id'] ?? newest).toBe(newest);
    expect(await oldest.nextEvent()).toBeNull();
    await publish(server, { to: 'the others' });
    for (const asked of [other, stranger, newcomer]) {
      expect(await asked.nextEvent()).toMatchObject({ data: '{"to":"the others"}' });
    }
  },

  'answers a HEAD at once, and does not count it as a stream': async (server) => {
    await using first = await begin(server, 'user-head');
    await using second = await begin(server, 'user-head');
    const { status } = await refusal(server, { method: 'HEAD', token: 'user-head' });
    expect([200, 405]).toContain(status);
    await publish(server, { after: 'HEAD' });
    for (const asked of [first, second]) expect(await asked.nextEvent()).toMatchObject({ event: 'message' });
  },

  'survives requests that are none': async (server) => {
    for (const question of [{ path: '//' }, { path: '/nowhere' }, { method: 'POST', body: 'no object' }]) {
      await refusal(server, question);
    }
    await using asked = await ask(server);
    expect(asked.response.status).toBe(200);
  },

  'forgets a stream that its client has closed': async (server) => {
    await using staying = await begin(server, 'user-max');
    for (let round = 0; round < 2; round += 1) {
      await using leaving = await begin(server, 'user-max');
      await publish(server, { round });
      for (const asked of [staying, leaving]) {
        expect(await asked.nextEvent()).toMatchObject({ data: `{"round":${round}}` });
      }
      leaving.leave();
      // Noticed with the next comments at the latest.
      for (let count = 0; count < 2; count += 1) await staying.next();
    }
  },
};

/** Who may have one, and from where. */
export const accessChecks: Checks = {
  'answers 401 to a token that it does not know, and to none': async (server) => {
    for (const token of ['nobody', 'constructor', null]) {
      const { status, headers } = await refusal(server, { token });
      expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    }
  },

  'answers 403 to a user without the right': async (server) => {
    expect(await refusal(server, { token: 'no-rights' })).toMatchObject({ status: 403 });
  },

  'answers 204 to a user who is to come no more': async (server) => {
    expect(await refusal(server, { token: 'signed-out' })).toMatchObject({ status: 204 });
  },

  'answers 429 and when to come again': async (server) => {
    const { status, headers } = await refusal(server, { token: 'too-often' });
    expect([status, headers.get('retry-after')]).toEqual([429, '30']);
  },

  'takes a token from the query': async (server) => {
    await using asked = await ask(server, { token: null, query: { token: 'user-ada' } });
    expect(asked.response.status).toBe(200);
  },

  'lets a page of a second origin resume': async (server) => {
    const { status, headers } = await refusal(server, {
      method: 'OPTIONS',
      token: null,
      headers: {
        ...secondOrigin,
        'Access-Control-Request-Method': 'GET',
        'Access-Control-Request-Headers': 'authorization,last-event-id',
      },
    });
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(secondOrigin.Origin);
    expect(headers.get('access-control-allow-headers')?.toLowerCase()).toContain('last-event-id');
    expect(headers.get('access-control-allow-headers')?.toLowerCase()).toContain('authorization');
    await using asked = await ask(server, { headers: secondOrigin });
    expect(asked.response.headers.get('access-control-allow-origin')).toBe(secondOrigin.Origin);
  },

  'lets a page of a second origin see why it was refused': async (server) => {
    for (const token of ['nobody', 'no-rights', 'too-often']) {
      const { headers } = await refusal(server, { token, headers: secondOrigin });
      expect(headers.get('access-control-allow-origin')).toBe(secondOrigin.Origin);
      expect(headers.get('access-control-expose-headers')).toContain('Retry-After');
    }
  },

  'lets no page of a third origin read anything': async (server) => {
    await using asked = await ask(server, { headers: { Origin: 'http://localhost:6666' } });
    expect(asked.response.headers.get('access-control-allow-origin')).toBeNull();
    expect(asked.response.headers.get('vary')).toMatch(/origin/i);
  },
};

async function refusal(server: Asker, question: Question): Promise<Response> {
  const { response } = await ask(server, question);
  await response.body?.cancel();
  return response;
}

/** A stream that the server has begun. */
async function begin(server: Asker, token: string): Promise<Asked> {
  const asked = await ask(server, { token });
  await asked.next();
  return asked;
}

async function replays(server: Asker, resume: (id: string) => Question): Promise<void> {
  const ids = [await publish(server, { n: 1 }), await publish(server, { n: 2 })];
  await using asked = await ask(server, resume(ids[0] ?? ''));
  expect(asked.response.headers.get('last-event-id')).toBe(ids[0]);
  ids.push(await publish(server, { n: 3 }));
  const got = [await asked.nextEvent(), await asked.nextEvent()];
  expect(got.map((block) => block?.['id'])).toEqual(ids.slice(1));
}
