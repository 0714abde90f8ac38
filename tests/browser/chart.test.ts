import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createActor, fromCallback } from 'xstate';
import dark from '../../docs/statechart/dark.svg?raw';
import light from '../../docs/statechart/light.svg?raw';
import { chartTransitions, choose } from '../../machines/chart.ts';
import { type ConnectionEvent, type ConnectionInput, connectionMachine } from '../../machines/connection.ts';
import type { Message } from '../../machines/message.ts';
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

  test('keeps the words of a state inside it', () => {
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
  });

  test('has no word on an arrow, whether it is upright or level', () => {
    const texts = boxes('text');
    expect(segments().length).toBeGreaterThan(50);
    for (const { arrow, box } of segments()) {
      const crossed = texts.find((text) => overlap(box, text.box));
      expect(crossed && [arrow, crossed.node.textContent]).toBeUndefined();
    }
  });

  test('leads no arrow through a state that it has nothing to do with, and no word over an edge', () => {
    const states = [...document.querySelectorAll<SVGElement>('.state')].map((node) => ({
      path: node.dataset['state'] ?? '',
      box: node.querySelector('rect')?.getBoundingClientRect() ?? new DOMRect(),
    }));
    for (const { path, box } of states) {
      const through = segments().find(
        ({ arrow, box: line }) =>
          !arrow.split(' → ').some((end) => `${end}.`.startsWith(`${path}.`)) && overlap(line, box),
      );
      expect(through && [through.arrow, path]).toBeUndefined();
      const over = boxes('text').find((text) => overlap(text.box, box) && !isWithin(text.box, box));
      expect(over && [over.node.textContent, path]).toBeUndefined();
    }
  });

  test('tells what several arrows have in common once', () => {
    for (const word of ['stream.failed, ended', '[isRefused]', '[isExhausted]']) {
      const own = [...document.querySelectorAll('.chart > .line')].filter(
        (line) => line.textContent === word && line.querySelectorAll('.line').length > 0,
      );
      expect([word, own.length]).toEqual([word, 1]);
    }
  });

  /** The straight parts of every arrow. */
  function segments(): { arrow: string; box: DOMRect }[] {
    const [svg] = document.getElementsByTagName('svg');
    const { top = 0 } = svg?.getBoundingClientRect() ?? {};
    const { width = 0, y = 0 } = svg?.viewBox.baseVal ?? {};
    const scale = (svg?.getBoundingClientRect().width ?? 0) / width;
    return [...document.querySelectorAll<SVGElement>('.arrow .way')].flatMap((way) => {
      const arrow = way.parentElement?.dataset['arrow'] ?? '';
      const points = (way.getAttribute('d') ?? '')
        .slice(1)
        .split('L')
        .map((point) => point.split(' ').map(Number));
      return points.slice(1).map((end, index) => {
        const [[x1 = 0, y1 = 0] = [], [x2 = 0, y2 = 0]] = [points[index], end];
        expect([arrow, x1 === x2 || y1 === y2]).toEqual([arrow, true]);
        const box = new DOMRect(Math.min(x1, x2), Math.min(y1, y2) - y, Math.abs(x1 - x2), Math.abs(y1 - y2));
        const thick = new DOMRect(
          box.x * scale - 1,
          box.y * scale - 1 + top,
          box.width * scale + 2,
          box.height * scale + 2,
        );
        return { arrow, box: thick };
      });
    });
  }
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

  const message: Message = { event: 'message', data: 1, id: '1' };
  const batch: ConnectionEvent = { type: 'stream.messages', messages: [message], lastEventId: '1' };

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

    send({ type: 'request.accepted', at: 1 });
    const opened = 'live.connecting → live.open';
    expect([active(), taken()]).toEqual([
      ['live', 'live.open', 'live.open.fresh'],
      [opened, opened],
    ]);

    send({ type: 'stream.failed', error: { kind: 'network', message: '' }, at: 2, random: 0.5 });
    expect([active(), taken()]).toEqual([
      ['backoff', 'backoff.waiting'],
      ['live.open → backoff', 'live.open → backoff'],
    ]);

    send({ type: 'network.online', at: 3 });
    expect(taken()).toEqual(['backoff → live', 'backoff → live [mayRequestNow]']);

    send({ type: 'request.failed', error: { kind: 'http', status: 404, message: '' }, at: 4, random: 0.5 });
    const refused = 'live.connecting → failed';
    expect([active(), taken()]).toEqual([['failed'], [refused, `${refused} [isRefused]`]]);

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
    send({ type: 'request.accepted', at: 1 });
    send(batch);
    expect(taken()).toEqual(['live.open → itself [carriesMessages]']);
  });

  test('tells two guards on one arrow apart', () => {
    actor.stop();
    actor = start({ maxRetries: 0 });
    send({ type: 'request.failed', error: { kind: 'http', status: 503, message: '' }, at: 4, random: 0.5 });
    const exhausted = 'live.connecting → failed';
    expect(taken()).toEqual([exhausted, `${exhausted} [isExhausted]`]);
  });

  test('tells two arrows apart that run in one line: only the one that was taken is marked, and on top', () => {
    send({ type: 'request.accepted', at: 1 });
    send({ type: 'stream.failed', error: { kind: 'forbidden', message: '' }, at: 2, random: 0.5 });
    const refused = 'live.open → failed';
    expect(taken()).toEqual([refused, `${refused} [isRefused]`]);
    expect(chart.element.querySelector('.arrow.taken')?.nextElementSibling).toBeNull();
    const words = [...chart.element.querySelectorAll('.line.taken text')].map(
      ({ textContent }) => textContent,
    );
    expect(words.toSorted()).toEqual(['[isRefused]', 'stream.failed, ended']);
  });

  test('shows a stream that goes on while another is asked for, and what takes its place', () => {
    send({ type: 'request.accepted', at: 1 });
    send(batch);
    send({ type: 'reconnect' });
    expect([active(), taken()]).toEqual([
      ['live', 'live.open', 'live.open.replacing', 'live.open.replacing.reconnecting'],
      ['live.open → live.open.replacing.reconnecting [canReplace]'],
    ]);
    send({ type: 'request.accepted', at: 2 });
    const replaced = 'live.open.replacing → live.open.fresh';
    expect([active(), taken()]).toEqual([
      ['live', 'live.open', 'live.open.fresh'],
      [replaced, replaced], // the arrow and its words
    ]);
  });

  test('has a line for every transition of the statechart', () => {
    const lines = names('.line', 'line');
    for (const { source, target, guard, delay } of chartTransitions()) {
      const ends = `${source || 'anywhere'} → ${target ?? 'itself'}`;
      expect(lines).toContain(ends + (guard ? ` [${guard}]` : '') + (delay ? ` after ${delay}` : ''));
    }
  });

  test('moves the transition that is taken', () => {
    send({ type: 'request.accepted', at: 1 });
    expect(document.getAnimations().length).toBe(1);
  });
});

function isWithin(inner: DOMRect, outer: DOMRect): boolean {
  return (
    inner.left >= outer.left &&
    inner.right <= outer.right &&
    inner.top >= outer.top &&
    inner.bottom <= outer.bottom
  );
}

/** The box of a line of text is higher than its letters: in Firefox, 16 pixels for letters of 12. */
const air = 3;

function overlap(one: DOMRect, other: DOMRect): boolean {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top + air < other.bottom &&
    other.top + air < one.bottom
  );
}
