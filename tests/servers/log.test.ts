import { beforeAll, expect, test } from 'vitest';
import type { EventLog } from '../../examples/servers/shared/log.ts';

let openLog: (topic: string) => EventLog;

beforeAll(async () => {
  Object.assign(process.env, { EVENTS_DB: ':memory:', EVENTS_KEPT: '3' });
  ({ openLog } = await import('../../examples/servers/shared/log.ts'));
});

test('a stream begins after the event that its client names, or as near as can be', () => {
  const log = openLog('orders');
  expect(log.startAfter(undefined)).toBe(0);
  expect(log.startAfter('0')).toBe(0);
  for (const data of ['1', '2', '3', '4', '5']) log.append('message', data);
  // Kept are 3, 4 and 5.
  expect(log.after(0).map(({ id }) => id)).toEqual([3, 4, 5]);
  expect(['5', '3', '2', '1', '0'].map(log.startAfter)).toEqual([5, 3, 2, 2, 2]);
  expect([undefined, '', '6', '-1', '1.5', 'id', ['1', '2']].map(log.startAfter)).toEqual([
    5, 5, 5, 5, 5, 5, 5,
  ]);
});

test('the topics of a log have their events for themselves', () => {
  const [ada, bob] = [openLog('ada'), openLog('bob')];
  const first = ada.append('message', 'for Ada');
  const second = bob.append('message', 'for Bob');
  expect(ada.after(0)).toEqual([first]);
  expect(bob.after(0)).toEqual([second]);
  // An event of another topic between the two is no gap.
  expect(bob.startAfter(String(first.id - 1))).toBe(first.id - 1);
});
