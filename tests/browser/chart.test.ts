import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createActor, fromCallback } from 'xstate';
import dark from '../../docs/statechart/dark.svg?raw';
import light from '../../docs/statechart/light.svg?raw';
import { chartTransitions, choose } from '../../machines/chart.ts';
import { type ConnectionEvent, type ConnectionInput, connectionMachine } from '../../machines/connection.ts';
import { colourProperties, statusRules } from '../../visualizations/chart/colours.ts';
import { createLiveChart, type LiveChart, liveChartStyle } from '../../visualizations/chart/live-chart.ts';

afterEach(() => document.body.replaceChildren());

describe.each([
  ['light', light],
  ['dark', dark],
])('the %s picture, as wide as a README', (_, svg) => {
  beforeEach(() => {
    document.body.innerHTML = `<div style="width: 1000px">${svg}</div>`;
  });
  const boxes = (selector: string) =>
    [...document.querySelectorAll(selector)].map((node) => ({ node, box: node.getBoundingClientRect() }));

  test('has no text upon another, or outside', () => {
    const texts = boxes('text');
    const [whole] = boxes('svg');
    expect(texts.length).toBeGreaterThan(50);
    for (const [index, { node, box }] of texts.entries()) {
      expect([node.textContent, box.left >= 0, box.right <= (whole?.box.right ?? 0)]).toEqual([
        node.textContent,
        true,
        true,
      ]);
      const under = texts.slice(index + 1).find((other) => overlap(box, other.box));
      expect(under && [node.textContent, under.node.textContent]).toBeUndefined();
    }
  });

  test('keeps the words of a state inside it, and off the arrows', () => {
    for (const state of document.querySelectorAll('.state')) {
      const box = state.querySelector('rect')?.getBoundingClientRect() ?? new DOMRect();
      for (const text of state.querySelectorAll('text')) {
        const { right, bottom } = text.getBoundingClientRect();
        expect([text.textContent, right <= box.right, bottom <= box.bottom]).toEqual([
          text.textContent,
          true,
          true,
        ]);
      }
    }
    const upright = boxes('.arrow .way').filter(({ box }) => box.width < 4);
    expect(upright.length).toBeGreaterThan(5);
    for (const { node, box } of upright) {
      const crossed = boxes('text').find((text) => overlap(box, text.box));
      expect(crossed && [node.parentElement?.dataset['arrow'], crossed.node.textContent]).toBeUndefined();
    }
  });
});

describe('the live chart', () => {
  let chart: LiveChart;
  let actor: ReturnType<typeof start>;

  beforeEach(() => {
    const sheet = document.createElement('style');
    sheet.textContent = `:root { ${colourProperties()} }\n${statusRules}\n${liveChartStyle}`;
    chart = createLiveChart(document);
    document.body.append(sheet, chart.element);
    actor = start();
  });
  afterEach(() => actor.stop());

  function start(input: ConnectionInput = {}) {
    const machine = connectionMachine.provide({ actors: { transport: fromCallback(() => {}) } });
    return createActor(machine, { input }).start();
  }

  function send(event: ConnectionEvent): void {
    const { taken } = choose(actor.getSnapshot(), event);
    actor.send(event);
    chart.show({ value: actor.getSnapshot().value, taken }, { animate: true });
  }

  const active = () => names('.state.active', 'state');
  const taken = () => [...names('.arrow.taken', 'arrow'), ...names('.line.taken', 'line')];
  const names = (selector: string, name: string) => [
    ...new Set([...chart.element.querySelectorAll<SVGElement>(selector)].map((node) => node.dataset[name])),
  ];

  test('lights the states that are active, and the transition that led there', () => {
    chart.show({ value: actor.getSnapshot().value });
    expect([active(), taken()]).toEqual([['live', 'live.connecting'], []]);

    send({ type: 'transport.opened', at: 1 });
    const opened = 'live.connecting → live.open';
    expect([active(), taken()]).toEqual([
      ['live', 'live.open', 'live.open.fresh'],
      [opened, opened],
    ]);

    send({ type: 'transport.failed', error: { kind: 'http', status: 503, message: '' }, at: 2, random: 0.5 });
    expect([active(), taken()]).toEqual([
      ['backoff', 'backoff.waiting'],
      ['live → backoff', 'live → backoff'],
    ]);

    send({ type: 'network.online', at: 3 });
    const waited = 'backoff.waiting → live';
    expect(taken()).toEqual([waited, `${waited} [isWelcome]`]);

    send({ type: 'transport.failed', error: { kind: 'http', status: 404, message: '' }, at: 4, random: 0.5 });
    expect([active(), taken()]).toEqual([['failed'], ['live → failed', 'live → failed [isRefused]']]);

    send({ type: 'reconnect' });
    expect([active(), taken()]).toEqual([
      ['live', 'live.connecting'],
      ['anywhere → live', 'anywhere → live'],
    ]);
    expect(chart.element.getAttribute('aria-label')).toBe(
      'The statechart, in live.connecting by anywhere → live',
    );
  });

  test('lights what a state keeps to itself, inside the state', () => {
    send({ type: 'transport.opened', at: 1 });
    send({
      type: 'transport.messages',
      messages: [{ event: 'message', data: 1, id: '1' }],
      lastEventId: '1',
    });
    expect(taken()).toEqual(['live.open → itself [carriesMessages]']);
  });

  test('tells two guards on one arrow apart', () => {
    actor.stop();
    actor = start({ maxRetries: 0 });
    send({ type: 'transport.failed', error: { kind: 'http', status: 503, message: '' }, at: 4, random: 0.5 });
    expect(taken()).toEqual(['live → failed', 'live → failed [isExhausted]']);
  });

  test('has a line for every transition of the statechart', () => {
    const lines = names('.line', 'line');
    for (const { source, target, guard, delay } of chartTransitions()) {
      const ends = `${source || 'anywhere'} → ${target ?? 'itself'}`;
      expect(lines).toContain(ends + (guard ? ` [${guard}]` : '') + (delay ? ` after ${delay}` : ''));
    }
  });

  test('moves the transition that is taken', () => {
    send({ type: 'transport.opened', at: 1 });
    expect(document.getAnimations().length).toBe(1);
  });
});

function overlap(one: DOMRect, other: DOMRect): boolean {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top + 2 < other.bottom &&
    other.top + 2 < one.bottom
  );
}
