import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createMachine } from 'xstate';
import { chartStates, chartTransitions, describeTransition } from '../../machines/chart.ts';
import { connectionMachine, connectionStatuses } from '../../machines/connection.ts';
import { tabsMachine } from '../../machines/tabs.ts';
import { transitionsOf } from '../../machines/xstate-internals.ts';
import { colours } from '../../visualizations/chart/colours.ts';
import { definition } from '../../visualizations/chart/definition.ts';
import { documents, pathTo } from '../../visualizations/diagrams/documents.ts';
import { mermaid, mermaidOfStatuses } from '../../visualizations/diagrams/mermaid.ts';
import { transitionTables } from '../../visualizations/diagrams/transition-table.ts';

const drawn = documents();
const charts = [
  // An action spawns the transports of a connection.
  { chart: 'connection', machine: connectionMachine, spawned: ['transport'] },
  { chart: 'tabs', machine: tabsMachine, spawned: [] },
] as const;

test.each(Object.keys(drawn))('%s is what the statechart gives today: if not, `npm run diagrams`', (name) => {
  expect(readFileSync(pathTo(name), 'utf8')).toBe(drawn[name]);
});

describe.each([
  { scheme: 'light', machine: connectionMachine },
  { scheme: 'dark', machine: connectionMachine },
  { scheme: 'tabs-light', machine: tabsMachine },
  { scheme: 'tabs-dark', machine: tabsMachine },
])('the picture $scheme', ({ scheme, machine }) => {
  const svg = drawn[`docs/statechart/${scheme}.svg`] ?? '';
  const { guards, delays } = machine.implementations;

  test('names every state, guard and delay', () => {
    for (const { path } of chartStates(machine).slice(1)) {
      expect(svg).toContain(`data-state="${path}"`);
      // A state that only holds others, as `live` does, has its name too.
      expect(svg).toContain(`>${path.split('.').at(-1)}</text>`);
    }
    for (const name of Object.keys(guards)) expect(svg).toContain(`>[${name}]</tspan>`);
    for (const name of Object.keys(delays)) expect(svg).toContain(`>after ${name}</tspan>`);
  });

  test('names the event of every transition on its arrow, or inside its state', () => {
    for (const { event } of chartTransitions(machine)) {
      const [, last = event] = event.split('.');
      expect(svg).toMatch(new RegExp(`class="(event|delay)"[^>]*>[^<]*${last}`));
    }
  });
});

describe('the picture', () => {
  beforeEach(() => void vi.resetModules());

  test.each([
    { without: 'failed', complaint: "The state 'failed' has no place in the picture." },
    { without: 'live → failed', complaint: "The arrow 'live → failed' has no place in the picture." },
    { more: 'broken', complaint: "There is no state 'broken' to put into its place in the picture." },
    {
      more: 'live → broken',
      complaint: "There is no arrow 'live → broken' to put into its place in the picture.",
    },
  ])(
    'is not drawn with a place too few or too many: $complaint',
    async ({ without = '', more, complaint }) => {
      vi.doMock(import('../../visualizations/chart/layout.ts'), async (original) => {
        const module = await original();
        const changed = <Value>(record: Readonly<Record<string, Value>>, isMeant: boolean) => {
          const { [without]: _, ...others } = record;
          const [first] = Object.values(record);
          return more && first && isMeant ? { ...others, [more]: first } : others;
        };
        const isArrow = more?.includes('→') ?? false;
        return {
          ...module,
          places: changed(module.places, !isArrow),
          routes: changed(module.routes, isArrow),
        };
      });
      const { picture } = await import('../../visualizations/chart/picture.ts');
      expect(() => picture()).toThrow(new RangeError(complaint));
      vi.doUnmock('../../visualizations/chart/layout.ts');
    },
  );
});

describe('the colours', () => {
  test('are those of the playground', () => {
    const tokens = readFileSync(pathTo('visualizations/playground/src/style/tokens.css'), 'utf8');
    for (const [name, [light, dark]] of Object.entries(colours)) {
      if (tokens.includes(`--${name}:`))
        expect(tokens).toContain(`--${name}: light-dark(${light}, ${dark});`);
    }
    for (const status of connectionStatuses) expect(tokens).toContain(`--${status}-tint:`);
  });

  test.each(['light', 'dark'] as const)('can be read: words have a contrast of 4.5 to 1, in %s', (scheme) => {
    const colour = (name: keyof typeof colours) => colours[name][scheme === 'light' ? 0 : 1];
    const words = [
      ...(['ink', 'muted', 'guard', 'delay'] as const).flatMap((name) =>
        (['surface', 'sunken', 'page'] as const).map((ground) => [name, ground] as const),
      ),
      ...connectionStatuses.flatMap((status) => [
        [status, `${status}-tint`] as const,
        [status, 'surface'] as const,
        ['muted', `${status}-tint`] as const,
        ['guard', `${status}-tint`] as const,
      ]),
    ];
    const tooFaint = words.filter(([name, ground]) => contrast(colour(name), colour(ground)) < 4.5);
    expect(tooFaint).toEqual([]);
  });
});

describe('the Mermaid diagram', () => {
  test.each(charts)(
    'of $chart has every state, and an arrow for every two that a transition joins',
    ({ machine }) => {
      const text = mermaid(machine);
      const states = chartStates(machine);
      for (const { path } of states.slice(1)) expect(text).toContain(`as ${path.replaceAll('.', '_')}`);
      for (const { source, target, guard } of chartTransitions(machine)) {
        if (source === '' || target === undefined) continue;
        const end = source.startsWith(`${target}.`) ? startOf(target) : target;
        const [from, to] = [source, end].map((path) => path.replaceAll('.', '_'));
        const arrow = text.split('\n').find((line) => line.trim().startsWith(`${from} --> ${to}:`));
        expect(arrow).toContain(guard ? `[${guard}]` : '');
      }
      expect(text.match(/\{$/gm)?.length).toBe(text.match(/^\s*\}$/gm)?.length);

      function startOf(path: string): string {
        const initial = states.find((state) => state.path === path)?.initial;
        return initial === undefined ? path : startOf(initial);
      }
    },
  );

  test('has the states inside a state inside it, and no arrow from a state to one around it', () => {
    const text = mermaid();
    const replacing = /state "replacing" as live_open_replacing \{([^}]*)\}/.exec(text)?.[1] ?? '';
    expect([...replacing.matchAll(/state "(\w+)"/g)].map(([, name]) => name)).toEqual([
      'reconnecting',
      'verifying',
      'renewing',
    ]);
    expect(text).toContain('live_open_replacing --> live_open_fresh: request.ready, accepted');
    expect(text).toContain('live --> live: transport.restarted [mayRepeat]');
    for (const [, from = '', to = ''] of text.matchAll(/(\w+) --> (\w+):/g)) {
      expect(from.startsWith(`${to}_`), `${from} --> ${to}`).toBe(false);
    }
  });

  test('of the statuses has them alone, and what leads from one to another', () => {
    const text = mermaidOfStatuses();
    const states = [...text.matchAll(/state "(\w+)"/g)].map(([, name]) => name);
    expect(states.toSorted()).toEqual([...connectionStatuses, 'live'].toSorted());
    expect(text).toContain('live_open --> failed: stream.failed, ended [isRefused]');
    expect(text).toContain('after retryDelay');
    expect(text).not.toContain('proofTime');
    expect(text).not.toContain('stableAfter');
  });

  test('of the statuses says where in a status an event is answered, if not everywhere', () => {
    const arrow = (ends: string) =>
      mermaidOfStatuses()
        .split('\n')
        .find((line) => line.includes(`${ends}:`))
        ?.split(': ')[1];
    expect(arrow('live_open --> live_connecting')).toBe(
      'request.ready [mayRepeat] in replacing<br>request.moved, stream.failed, ended, overran in replacing',
    );
    expect(arrow('backoff --> live')).toBe(
      'network.online, page.visible, resumed [mayRequestNow]<br>after retryDelay',
    );
    expect(arrow('failed --> backoff')).toBe('network.online, page.visible, resumed');
  });
});

test.each(charts)('the tables of $chart have a row for every transition', ({ machine }) => {
  const transitions = chartTransitions(machine);
  const rows = transitionTables(machine)
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/event|---/.test(line));
  const answers = new Set(
    transitions.map(({ source, guard, target, actions }) => JSON.stringify([source, guard, target, actions])),
  );
  expect(rows.length).toBeGreaterThanOrEqual(answers.size);
  for (const { guard, target, actions } of transitions) {
    const cells = [guard, target, ...actions].filter((cell) => cell !== undefined);
    expect(rows.some((row) => cells.every((cell) => row.includes(`\`${cell}\``)))).toBe(true);
  }
});

describe.each(charts)('the definition of $chart', ({ machine: own, spawned }) => {
  const config = JSON.parse(definition(0, own));
  const { guards, delays, actions, actors } = own.implementations;

  test('makes the same statechart', () => {
    const machine = createMachine(config, { guards, delays, actions, actors } as object);
    const nodes = (node: typeof machine.root): (typeof machine.root)[] => [
      node,
      ...Object.values(node.states).flatMap(nodes),
    ];
    const transitions = nodes(machine.root).flatMap((node) => transitionsOf(node).map(describeTransition));
    expect(transitions).toEqual(chartTransitions(own));
  });

  test('names every action, guard, delay and actor that it has, and none that there is not', () => {
    const named = { actions: new Set(), guards: new Set(), delays: new Set(), actors: new Set() };
    visit(config);
    expect(named).toEqual({
      actions: new Set(Object.keys(actions)),
      guards: new Set(Object.keys(guards)),
      delays: new Set(Object.keys(delays)),
      actors: new Set(Object.keys(actors).filter((name) => !spawned.some((one) => one === name))),
    });

    function visit(value: unknown): void {
      if (Object(value) !== value) return;
      for (const [key, inner] of Object.entries(value as object)) {
        const all = [inner].flat() as ({ type?: string; src?: string } | string)[];
        const names = all.map((one) => (typeof one === 'string' ? one : (one.type ?? one.src)));
        if (key === 'guard') named.guards.add(inner);
        else if (key === 'after') for (const delay of Object.keys(inner)) named.delays.add(delay);
        if (['actions', 'entry', 'exit'].includes(key)) for (const name of names) named.actions.add(name);
        else if (key === 'invoke') for (const name of names) named.actors.add(name);
        else visit(inner);
      }
    }
  });
});

/** @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
