// @vitest-environment jsdom
import { fireEvent, render, screen } from '@testing-library/react';
import { beforeAll, expect, test, vi } from 'vitest';
import { startAppServer } from '../../tests/support/app-server.ts';
import { Badge } from './badge.tsx';
import { Live } from './gave-up.tsx';
import { Log } from './last-100.tsx';
import { Jobs } from './last-event.tsx';
import { Todos } from './list.tsx';
import { Offer } from './named-events.tsx';
import { Room } from './room.tsx';
import { Unread } from './select.tsx';

const soon = { retry: 0, id: null };

// Events of a real server come when they come, and no `act` waits for them.
beforeAll(() => Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false }));

test('named events: each has its last message', async () => {
  const server = await startAppServer();
  render(<Offer />);
  await server.accept();
  await server.send({ event: 'price', data: { cents: 5 } }, { event: 'stock', data: { left: 2 } });
  await screen.findByText('5 ct, 2 left');
  await server.send({ event: 'price', data: { cents: 6 } });
  await screen.findByText('6 ct, 2 left');
});

test('the last event: of all, and of a name', async () => {
  const server = await startAppServer();
  render(<Jobs />);
  await server.accept();
  await server.send(
    { event: 'done', data: { job: 'a', seconds: 1 } },
    { event: 'started', data: { job: 'b' } },
  );
  const shown = await screen.findByText('started b, last done a');
  expect(shown.title).toBe('2');
});

test('the last 100 events, and how many came before', async () => {
  const server = await startAppServer();
  const { container } = render(<Log />);
  await server.accept();
  for (let n = 1; n <= 150; n += 1) await server.send({ event: 'line', data: `${n}` });
  await expect.poll(() => container.textContent).toMatch(/^50 before\n51\n[\s\S]*\n150$/);
});

test('an exhausted budget: the user may try again', async () => {
  const server = await startAppServer();
  render(<Live />);
  await server.accept();
  await server.send(soon);
  await server.drop();
  for (const status of [503, 503, 503]) await server.refuse(status);
  fireEvent.click(await screen.findByText('No connection. Try again'));
  await server.accept();
  await screen.findByText('open');
});

test('a badge does not flicker when the stream is back soon', async () => {
  const server = await startAppServer();
  const { container } = render(<Badge />);
  const seen = new Set<string | null>();
  const watching = new MutationObserver(() => seen.add(container.textContent));
  expect(container.textContent).toBe('Connecting…');
  await server.accept();
  await server.send(soon);
  await screen.findByText('Live');
  watching.observe(container, { characterData: true, childList: true, subtree: true });
  await server.drop();
  await server.refuse(503);
  await server.accept();
  await server.drop();
  expect([...seen]).toEqual([]);
  await server.stall();
  await expect.poll(() => container.textContent).toBe('Connecting…');
});

test('what is chosen renders when it changes, and not for other events', async () => {
  const server = await startAppServer();
  const onRender = vi.fn();
  const { container } = render(<Unread onRender={onRender} />);
  await server.accept();
  await server.send({ event: 'unread', data: { count: 1 } });
  await expect.poll(() => container.textContent).toBe('1');
  const before = onRender.mock.calls.length;
  for (let n = 0; n < 20; n += 1) await server.send({ event: 'typing', data: { name: 'Ada' } });
  await server.send({ event: 'unread', data: { count: 2 } });
  await expect.poll(() => container.textContent).toBe('2');
  expect(onRender.mock.calls.length).toBe(before + 1);
});

test('a list is gathered, survives a drop, and is cleared', async () => {
  const server = await startAppServer();
  render(<Todos />);
  await server.accept();
  await server.send(soon, { event: 'todo', data: { title: 'one' } });
  await server.drop();
  await server.send({ event: 'todo', data: { title: 'two' } });
  await server.accept();
  fireEvent.click(await screen.findByText('Clear one, two'));
  await screen.findByText('Clear');
  await server.send({ event: 'todo', data: { title: 'three' } });
  await screen.findByText('Clear three');
});

test('React: another token is sent with the next request, another room is another stream', async () => {
  const server = await startAppServer();
  const { rerender } = render(<Room id="1" token="a" />);
  await server.accept();
  await server.send(soon, { data: 'hello' });
  await screen.findByText('open hello');
  rerender(<Room id="1" token="b" />);
  await server.drop();
  await server.accept();
  rerender(<Room id="2" token="b" />);
  await server.accept();
  await screen.findByText('open undefined');
  expect(server.requests.map(({ url, headers }) => [url, headers['authorization']])).toEqual([
    ['/api/rooms/1', 'Bearer a'],
    ['/api/rooms/1', 'Bearer b'],
    ['/api/rooms/2', 'Bearer b'],
  ]);
});
