// @vitest-environment jsdom
import { enableAutoUnmount, mount } from '@vue/test-utils';
import { afterEach, expect, test } from 'vitest';
import { startAppServer } from '../../tests/support/app-server.ts';
import List from './List.vue';
import Room from './Room.vue';

enableAutoUnmount(afterEach);

test('Vue: a list is gathered, survives a drop, and is cleared', async () => {
  const server = await startAppServer();
  const list = mount(List);
  expect(list.text()).toBe('Clear');
  await server.accept();
  await server.send({ retry: 0, id: null }, { event: 'todo', data: { title: 'one' } });
  await server.drop();
  await server.send({ event: 'todo', data: { title: 'two' } });
  await server.accept();
  await expect.poll(() => list.text()).toBe('Clear one, two');
  await list.get('button').trigger('click');
  expect(list.text()).toBe('Clear');
});

test('Vue: another token is sent with the next request, another room is another stream', async () => {
  const server = await startAppServer();
  const room = mount(Room, { props: { id: '1', token: 'a' } });
  await server.accept();
  await server.send({ retry: 0, id: null }, { data: 'hello' });
  await expect.poll(() => room.text()).toBe('open hello');
  await room.setProps({ token: 'b' });
  await server.drop();
  await server.accept();
  await room.setProps({ id: '2' });
  await server.accept();
  await expect.poll(() => room.text()).toBe('open');
  expect(server.requests.map(({ url, headers }) => [url, headers['authorization']])).toEqual([
    ['/api/rooms/1', 'Bearer a'],
    ['/api/rooms/1', 'Bearer b'],
    ['/api/rooms/2', 'Bearer b'],
  ]);
});
