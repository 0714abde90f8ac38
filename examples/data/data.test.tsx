// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import { enableAutoUnmount, mount } from '@vue/test-utils';
import { afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { startAppServer } from '../../tests/support/app-server.ts';
import PricesInVue from './Prices.vue';
import { Prices } from './prices.tsx';

afterEach(cleanup);
enableAutoUnmount(afterEach);

// Events of a real server come when they come, and no `act` waits for them.
beforeAll(() => Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false }));

const price = (symbol: string, cents: unknown) => ({ event: 'price', data: { symbol, cents } });

test('a payload that its schema lets through is heard, another one is told', async () => {
  const server = await startAppServer();
  const [log, warn] = (['log', 'warn'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation(() => {}),
  );
  const { connection } = await import('./prices.ts');
  onTestFinished(() => connection[Symbol.asyncDispose]());
  await server.accept();
  await server.send(price('ACME', 'five'), price('ACME', 5));
  await expect.poll(() => log?.mock.calls).toEqual([['ACME', 5]]);
  expect(warn?.mock.calls).toEqual([['price', '1', [expect.objectContaining({ path: ['cents'] })]]]);
  warn?.mockClear(); // it was to be so
});

test('React: prices are gathered, also through a drop that the list does not show', async () => {
  const server = await startAppServer();
  render(<Prices />);
  await server.accept();
  await server.send({ retry: 0, id: null }, price('ACME', 5));
  await screen.findByText('ACME: 5');
  await server.drop();
  await server.send(price('INIT', 7), price('ACME', 6));
  await server.accept();
  await screen.findByText('INIT: 7');
  expect(screen.getByRole('list').textContent).toBe('ACME: 6INIT: 7');
  expect(screen.getByRole('list').ariaBusy).toBe('false');
});

test('Vue: the choice is shown, and the room is sent', async () => {
  const server = await startAppServer();
  const prices = mount(PricesInVue, { props: { room: '12' } });
  await server.accept();
  await expect.poll(() => prices.text()).toBe('open: no price yet');
  await server.send(price('ACME', 5));
  await expect.poll(() => prices.text()).toBe('open: 5');
  expect(server.requests.map(({ headers }) => headers['x-room'])).toEqual(['12']);
});
