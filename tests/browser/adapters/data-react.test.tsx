import { type ReactNode, StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { asyncDispose } from '../../../adapters/dispose.ts';
import { useConnection, useServerSentEvents } from '../../../adapters/react.ts';
import { createConnection, eventTypes, type InvalidMessage } from '../../../index.ts';
import { perFrame } from '../../support/per-frame.ts';
import { cleanups, expectSilence, server } from '../../support/remote/browser-scene.ts';
import { quiet, until } from '../../support/until.ts';

const quick = { retryDelay: 30, maxRetryDelay: 60, stableAfter: 200 };

expectSilence('error');

function render(node: ReactNode) {
  const host = document.createElement('div');
  const root = createRoot(host);
  cleanups.push(() => root.unmount());
  root.render(node);
  return { host, show: (next: ReactNode) => root.render(next) };
}

test('schemas that each render makes anew check every message, and cost no connection', async () => {
  const invalid: InvalidMessage[] = [];
  let show = (_: number) => {};
  function Prices() {
    const [most, setMost] = useState(10);
    show = setMost;
    const { data, event } = useServerSentEvents(server.url, {
      ...quick,
      events: { price: z.object({ cents: z.number().max(most) }) },
      onInvalid: (message) => invalid.push(message),
    });
    return <output>{`${event} ${data?.cents} of ${most}`}</output>;
  }
  const { host } = render(
    <StrictMode>
      <Prices />
    </StrictMode>,
  );
  await until(() => host.textContent === 'undefined undefined of 10');
  await expect.poll(async () => (await server.look()).sockets).toBe(1);
  await server.publish('{"cents":5}', 'price');
  await until(() => host.textContent === 'price 5 of 10');
  await server.publish('{"cents":50}', 'price');
  await until(() => invalid.length === 1);
  show(100);
  await until(() => host.textContent === 'price 5 of 100');
  await server.publish('{"cents":60}', 'price');
  await until(() => host.textContent === 'price 60 of 100');
  expect([invalid.map(({ id }) => id), (await server.look()).requests.length]).toEqual([['2'], 1]);
});

test('a choice renders only when it changes, whatever function chooses', async () => {
  let renders = 0;
  function Unread() {
    renders += 1;
    const { selected } = useServerSentEvents(server.url, {
      ...quick,
      events: eventTypes<{ unread: number; noise: number }>(),
      select: ({ status, latest }) => ({ status, unread: latest.unread?.data ?? 0 }),
    });
    return <output>{`${selected.status} ${selected.unread}`}</output>;
  }
  const { host } = render(<Unread />);
  await until(() => host.textContent === 'open 0');
  const before = renders;
  for (let index = 0; index < 20; index += 1) await server.publish(String(index), 'noise');
  await server.publish('1', 'unread');
  await until(() => host.textContent === 'open 1');
  await server.publish('1', 'unread');
  await quiet();
  expect(renders - before).toBe(1);
});

test('what is gathered goes on through a restart of the server, with the function of the latest render', async () => {
  let commands = { clear: () => {} };
  function Answer({ mark }: { mark: string }) {
    const { data, clear } = useServerSentEvents<{ message: string }, string>(server.url, {
      ...{ ...quick, parse: 'text', initial: '' },
      reduce: (text, { data }) => text + mark + data,
    });
    commands = { clear };
    return <output>{data}</output>;
  }
  const { host, show } = render(
    <StrictMode>
      <Answer mark="-" />
    </StrictMode>,
  );
  await expect.poll(async () => (await server.look()).sockets).toBe(1);
  await server.publish('a');
  await until(() => host.textContent === '-a');
  await server.drop();
  await server.publish('b');
  await until(() => host.textContent === '-a-b');
  show(
    <StrictMode>
      <Answer mark="+" />
    </StrictMode>,
  );
  await server.publish('c');
  await until(() => host.textContent === '-a-b+c');
  commands.clear();
  await until(() => host.textContent === '');
  await server.publish('d');
  await until(() => host.textContent === '+d');
});

test('a short reconnect makes no badge flicker, and a long one shows', async () => {
  const badges: string[] = [];
  function Badge() {
    const { status } = useServerSentEvents(server.url, {
      ...quick,
      settle: 5_000,
      retryDelay: 50,
      maxRetryDelay: 50,
    });
    badges.push(status);
    return <output>{status}</output>;
  }
  const { host } = render(<Badge />);
  await until(() => host.textContent === 'open');
  await server.drop();
  await expect.poll(async () => (await server.look()).requests.length).toBe(2);
  await expect.poll(async () => (await server.look()).sockets).toBe(1);
  await server.publish('there again');
  await quiet();
  expect(badges.filter((status, at) => status !== badges[at - 1])).toEqual(['connecting', 'open']);
  await server.answer({ kind: 'status', code: 503 });
  await server.drop();
  await until(() => host.textContent !== 'open');
});

test('10 000 messages, checked and gathered: none lost, and at most one render a frame', async () => {
  let renders = 0;
  function Sum() {
    renders += 1;
    const { data, status } = useServerSentEvents(server.url, {
      ...quick,
      events: { message: z.number() },
      initial: { count: 0, sum: 0 },
      reduce: ({ count, sum }, { data }) => ({ count: count + 1, sum: sum + data }),
    });
    return <output>{`${status} ${data.count} ${data.sum}`}</output>;
  }
  const { host } = render(<Sum />);
  await until(() => host.textContent === 'open 0 0');
  const { counts, stop } = perFrame(() => renders);
  for (let from = 0; from < 10_000; from += 500)
    await server.write(Array.from({ length: 500 }, (_, index) => `data: ${from + index}\n\n`).join(''));
  await until(() => host.textContent === 'open 10000 49995000');
  stop();
  expect(Math.max(...counts)).toBeLessThanOrEqual(1);
});

test('a connection from elsewhere is gathered and chosen from as well', async () => {
  const connection = createConnection(server.url, { ...quick, events: { price: z.number() } });
  cleanups.push(() => connection[asyncDispose]());
  function Total() {
    const { data } = useConnection(connection, { initial: 0, reduce: (sum, { data }) => sum + data });
    const { selected } = useConnection(connection, { select: ({ latest }) => latest.price?.data });
    return <output>{`${data} ${selected}`}</output>;
  }
  const { host } = render(<Total />);
  await until(() => host.textContent === '0 undefined');
  await until(() => connection.state.status === 'open');
  await server.publish('2', 'price');
  await server.publish('3', 'price');
  await until(() => host.textContent === '5 3');
});
