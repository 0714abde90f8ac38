import { describe, expect, test } from 'vitest';
import { createBacklog } from '../../visualizations/inspect/backlog.ts';
import type { InspectionRecord } from '../../visualizations/inspect/records.ts';

const common = { createdAt: '0', id: '', _version: '', rootId: 'x:0' };

function actor(sessionId: string, parentId?: string): InspectionRecord {
  const shape = { name: sessionId, definition: undefined, parentId, snapshot: { status: 'active' } } as const;
  return { type: '@xstate.actor', sessionId, ...shape, ...common };
}

function snapshot(sessionId: string, n: number, status: 'active' | 'stopped' = 'active'): InspectionRecord {
  const shape = { event: { type: `${n}` }, snapshot: { status, output: undefined, error: undefined } };
  return { type: '@xstate.snapshot', sessionId, ...shape, ...common, createdAt: `${n}` };
}

function received(records: InspectionRecord[], limit: number): InspectionRecord[] {
  const backlog = createBacklog(() => {}, limit);
  for (const record of records) backlog.push(record);
  const all: InspectionRecord[] = [];
  backlog.attach((record) => all.push(record));
  return all;
}

describe('a viewer that comes late', () => {
  test('gets all that was, in order, and then what comes', () => {
    const backlog = createBacklog(() => {});
    const all: InspectionRecord[] = [];
    backlog.push(actor('x:0'));
    backlog.push(snapshot('x:0', 1));
    backlog.attach((record) => all.push(record));
    backlog.push(snapshot('x:0', 2));
    expect(all).toEqual([actor('x:0'), snapshot('x:0', 1), snapshot('x:0', 2)]);
  });

  test('gets the actors of what was dropped, as they were when it was', () => {
    const stream = Array.from({ length: 50 }, (_, n) => snapshot('x:0', n));
    const all = received([actor('x:0'), actor('x:1', 'x:0'), ...stream], 10);
    expect(all).toHaveLength(12);
    expect(all.slice(0, 2)).toMatchObject([{ sessionId: 'x:0' }, { sessionId: 'x:1', parentId: 'x:0' }]);
    expect(all.slice(2)).toEqual(stream.slice(-10));
  });

  test('does not get children that were gone by then, nor more actors than records are kept', () => {
    const children = Array.from({ length: 50 }, (_, n) => [
      actor(`c:${n}`, 'x:0'),
      snapshot(`c:${n}`, n, 'stopped'),
    ]);
    expect(received([actor('x:0'), ...children.flat()], 10)).toHaveLength(11);
    const connections = Array.from({ length: 50 }, (_, n) => actor(`x:${n}`));
    expect(received(connections, 10)).toEqual(connections.slice(-20));
  });

  test('gets a connection that was stopped, as React may start it again', () => {
    const all = received(
      [actor('x:0'), snapshot('x:0', 1, 'stopped'), snapshot('x:0', 2), snapshot('x:0', 3)],
      1,
    );
    expect(all).toMatchObject([{ type: '@xstate.actor', sessionId: 'x:0' }, { createdAt: '3' }]);
  });
});
