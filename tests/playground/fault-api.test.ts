import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Playground, startPlayground } from '../../visualizations/playground/server/playground.ts';
import { freePort } from '../support/ports.ts';

let playground: Playground;

beforeAll(async () => {
  playground = await startPlayground({ port: await freePort() });
});

afterAll(() => playground[Symbol.asyncDispose]());

describe('the fault console of the playground, by its API', () => {
  it('tells which fault is in force and when it ends, until it is lifted', async () => {
    const { current, now } = await (await post({ id: 'forbidden', seconds: 30 })).json();
    expect(current).toMatchObject({ id: 'forbidden', inForce: true });
    expect(current.endsAt - now).toBeGreaterThan(29_000);
    expect((await fetch(playground.eventsUrl)).status).toBe(403);
    expect((await (await post({ id: null })).json()).current.inForce).toBe(false);
    const answer = await fetch(playground.eventsUrl);
    expect(answer.status).toBe(200);
    await answer.body?.cancel();
  });

  it('really closes the port while connections are refused, and has it back afterwards', async () => {
    await post({ id: 'refuse', seconds: null });
    await expect
      .poll(() => fetch(playground.eventsUrl).catch(({ cause }) => cause.code))
      .toBe('ECONNREFUSED');
    await post({ id: null });
    await expect
      .poll(() => fetch(playground.eventsUrl, { method: 'OPTIONS' }).catch(() => undefined))
      .toBeDefined();
  });

  it('answers 401 to every token but those that were issued since', async () => {
    const before = await issue();
    await post({ id: 'unauthorized', seconds: null });
    expect(await statusWith(before)).toBe(401);
    expect(await statusWith('made up')).toBe(401);
    expect(await statusWith(await issue())).toBe(200);
    await post({ id: null });
    expect(await statusWith('made up')).toBe(200);
  });

  it.each([
    [{ id: 'explode' }, 'There is no fault "explode". The faults are restart,'],
    [{ id: 'restart', status: 418 }, '`status` must be 500 | 502 | 503, not 418.'],
    [{ id: 'restart', seconds: -1 }, '`seconds` must be a number from 1 to 600, not -1.'],
    [{ id: 'cut', seconds: 3 }, '`cut` has no parameter `seconds`. Its parameters: none.'],
  ])('refuses %j with a reason', async (request, reason) => {
    const response = await post(request);
    expect(response.status).toBe(400);
    expect((await response.json()).error).toContain(reason);
  });

  it('takes JSON only, so that a page of another origin cannot operate it', async () => {
    const response = await fetch(`${playground.url}faults`, { method: 'POST', body: '{"id":"restart"}' });
    expect(response.status).toBe(400);
  });
});

function post(request: object): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' };
  return fetch(`${playground.url}faults`, { method: 'POST', headers, body: JSON.stringify(request) });
}

async function issue(): Promise<string> {
  const { token } = await (await fetch(`${playground.url}token`, { method: 'POST' })).json();
  return token;
}

async function statusWith(token: string): Promise<number> {
  const { status, body } = await fetch(playground.eventsUrl, {
    headers: { Authorization: `Bearer ${token}` },
  });
  await body?.cancel();
  return status;
}
