import { QueryClient } from '@tanstack/query-core';
import { type ConnectionState, createConnection, isConnectionError } from 'sse-machine';
import { type CheckId, examine } from 'sse-machine/doctor';
import { createEventSource, EventSource } from 'sse-machine/event-source';
import { type Inspection, inspectConnections } from 'sse-machine/inspect';
import { observeConnections } from 'sse-machine/opentelemetry';
import { useServerSentEvents as connectInReact } from 'sse-machine/react';
import { acrossTabs } from 'sse-machine/tabs';
import { sseQueryOptions, streamInto } from 'sse-machine/tanstack-query';
import { createScriptedTransport, createTestClock } from 'sse-machine/testing';
import { useServerSentEvents as connectInVue } from 'sse-machine/vue';

// Uses each entry, rightly and wrongly: types that are not found would be `any`, and take what is wrong.

type Status = 'connecting' | 'open' | 'backoff' | 'failed' | 'closed';

const validate = (value: unknown) => ({ value: value as { cents: number } });
const price = { '~standard': { version: 1 as const, vendor: 'app', validate } };

const connection = createConnection('/api/events', { maxRetries: 8 });
const prices = createConnection('/api/events', {
  events: { price },
  transport: acrossTabs({ scope: 'ada' }),
});
prices.on('price', ({ data }) => data.cents.toFixed());
// @ts-expect-error
prices.on('price', ({ data }) => data.title);
// @ts-expect-error
acrossTabs({ scope: 1 });

const inReact = connectInReact('/api/events', { maxRetries: 8 });
const inVue = connectInVue('/api/events', { maxRetries: 8 });
const { selected } = connectInReact('/api/events', {
  events: { price },
  select: ({ latest }) => latest.price?.data.cents,
});
const { data } = connectInVue('/api/events', {
  events: { price },
  initial: 0,
  reduce: (sum, { data }) => sum + data.cents,
});
export const gathered: [number | undefined, number] = [selected, data.value];
export const statuses: Status[] = [connection.state.status, inReact.status, inVue.status.value];
// @ts-expect-error
export const wrong: number[] = [connection.state.status];
// @ts-expect-error
export const wrongInReact: number = inReact.status;
// @ts-expect-error
export const wrongInVue: number = inVue.status.value;

export function reasonOf(state: ConnectionState): string | undefined {
  return state.status === 'failed' ? state.error.message : undefined;
}
export const isOurs = (error: unknown): number | undefined =>
  isConnectionError(error) ? error.status : undefined;

const client = new QueryClient();
export const end: () => void = streamInto(client, prices, {
  event: 'price',
  queryKey: ['price'],
  update: (_: unknown, { data }) => data.cents,
});
export const query = sseQueryOptions({
  queryKey: ['prices'],
  queryFn: () => [0],
  connection: prices,
  event: 'price',
  update: (list, { data }) => [...list, data.cents],
});
sseQueryOptions({
  queryKey: ['prices'],
  queryFn: () => [0],
  connection: prices,
  // @ts-expect-error
  event: 'cost',
  update: () => [],
});

const source: globalThis.EventSource = new EventSource('/api/events', { withCredentials: true });
const Retrying = createEventSource({ maxRetries: 8, headers: { authorization: 'Bearer token' } });
export const sources: readonly number[] = [source.readyState, new Retrying('/api/events').readyState];
// @ts-expect-error
createEventSource({ maxRetries: 'many' });

const inspection: Inspection = inspectConnections({ viewer: 'local' });
inspection.add(connection, 'news');
// @ts-expect-error
inspectConnections({ viewer: 'none' });

const observation = observeConnections({ attributes: { 'url.template': '/api/events' } });
export const unobserve: () => void = observation.add(connection, { 'app.shop': 'corner' });
// @ts-expect-error
observeConnections({ attributes: 'none' });

const clock = createTestClock();
const server = createScriptedTransport();
createConnection('/api/events', { transport: server.transport, clock });
export const scripted: Promise<unknown>[] = [server.accept(), server.send({ event: 'price', data: '{}' })];
// @ts-expect-error
server.send({ event: 1 });

export async function diagnose(): Promise<CheckId[]> {
  const { findings } = await examine('https://example.com/api/events', { skip: ['compression'] });
  return findings.map(({ check }) => check);
}

export const disposed: Promise<void> = Promise.resolve(connection[Symbol.asyncDispose]());
export async function use() {
  await using own = createConnection('/api/events');
  for await (const message of own) console.log(message.data);
  return own.state.status;
}
