import { once } from 'node:events';
import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Playground, startPlayground } from '../../visualizations/playground/server/playground.ts';
import { freePort } from '../support/ports.ts';

let playground: Playground;
let pageOrigin: string;

beforeAll(async () => {
  playground = await startPlayground({ port: await freePort() });
  pageOrigin = new URL(playground.url).origin;
});

afterAll(() => playground[Symbol.asyncDispose]());

const fleets = 'fleets?clients=10&jitter=none';

describe('the playground', () => {
  it.each(['', 'faults', fleets, 'src/main.tsx'])(
    'does not answer a site whose name leads to this machine: /%s',
    async (path) => {
      for (const host of ['evil.example', 'evil.example:5173', 'localhost.evil.example', '127.0.0.2']) {
        expect(await statusOf(`${playground.url}${path}`, { headers: { host } }), host).toBe(421);
      }
    },
  );

  it('does not show its measurements to such a site either', async () => {
    expect(await statusOf(playground.eventsUrl, { headers: { host: 'evil.example' } })).toBe(421);
  });

  it.each(['localhost', '127.0.0.1', '[::1]'])('answers by the name %s', async (name) => {
    const host = `${name}:${new URL(playground.url).port}`;
    expect(await statusOf(`${playground.url}faults`, { headers: { host } })).toBe(200);
    expect(await statusOf(playground.eventsUrl, { headers: { host } })).toBe(200);
    const origin = `http://${host}`;
    expect(await statusOf(`${playground.url}token`, { method: 'POST', headers: { host, origin } })).toBe(200);
  });

  it.each([
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { Origin: 'https://evil.example' },
    { Origin: 'http://127.0.0.1:1' },
    { Origin: 'null' },
  ])('lets no other site do anything: %j', async (headers) => {
    const json = { ...headers, 'Content-Type': 'application/json' };
    expect(await statusOf(`${playground.url}token`, { method: 'POST', headers })).toBe(403);
    expect(await statusOf(`${playground.url}faults`, { method: 'POST', headers: json })).toBe(403);
    expect(await statusOf(`${playground.url}${fleets}`, { headers })).toBe(403);
    expect(await statusOf(playground.eventsUrl, { headers })).toBe(403);
  });

  it('is found by a link on another site', async () => {
    const headers = { Accept: 'text/html', 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' };
    expect(await statusOf(playground.url, { headers })).toBe(200);
  });

  it('lets its own page read the measurements, and no other', async () => {
    const own = await answerOf(playground.eventsUrl, { headers: { Origin: pageOrigin } });
    expect(own.headers['access-control-allow-origin']).toBe(pageOrigin);
    for (const headers of [{}, { Origin: 'https://evil.example' }]) {
      const { headers: answered } = await answerOf(playground.eventsUrl, { headers });
      expect(answered['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('counts the requests of clients that are called after a member of every object', async () => {
    const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];
    const base = await requestsNow();
    expect(names.filter((name) => Object.hasOwn(base, name))).toEqual([]);
    for (const name of names) await statusOf(`${playground.eventsUrl}/${name}`);
    const counted = Object.entries(await requestsNow());
    expect(counted).toEqual(expect.arrayContaining(names.map((name) => [name, 1])));
  });

  it('knows no fault and no parameter by such a name', async () => {
    for (const body of [
      '{"id":"constructor"}',
      '{"id":"restart","__proto__":1}',
      '{"id":"cut","toString":1}',
    ]) {
      const headers = { 'Content-Type': 'application/json' };
      expect((await fetch(`${playground.url}faults`, { method: 'POST', headers, body })).status).toBe(400);
    }
  });

  it('keeps the tokens and the names of a bounded number of clients', async () => {
    const issue = async () => (await fetch(`${playground.url}token`, { method: 'POST' })).json();
    await post({ id: 'unauthorized', seconds: null });
    const { token } = await issue();
    const headers = { Authorization: `Bearer ${token}` };
    expect(await statusOf(playground.eventsUrl, { headers })).toBe(200);
    for (let more = 0; more < 1_000; more += 1) await issue();
    expect(await statusOf(playground.eventsUrl, { headers })).toBe(401);
    for (let more = 0; more < 150; more += 1) await statusOf(`${playground.eventsUrl}/${more}`);
    expect(Object.keys(await requestsNow())).toHaveLength(100);
    await post({ id: null });
  });
});

async function requestsNow(): Promise<object> {
  return (await (await fetch(`${playground.url}faults`)).json()).requests;
}

function post(body: object): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' };
  return fetch(`${playground.url}faults`, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function statusOf(url: string, options?: RequestOptions): Promise<number | undefined> {
  return (await answerOf(url, options)).statusCode;
}

/** `fetch` would not let us say who we are. */
async function answerOf(url: string, options: RequestOptions = {}): Promise<IncomingMessage> {
  const asking = request(url, options).on('error', () => {}); // it is ended as soon as the headers are here
  const [response] = (await once(asking.end(), 'response')) as [IncomingMessage];
  asking.destroy();
  return response;
}
