import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { oncePerFrame } from '../../adapters/frames.ts';

/** Paints when told to. */
let frames: Map<number, () => void>;
let shown: number;
let news: boolean;

beforeEach(() => {
  frames = new Map();
  shown = 0;
  news = true;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let last = 0;
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => {
    last += 1;
    frames.set(last, callback);
    return last;
  });
  vi.stubGlobal('cancelAnimationFrame', (frame: number) => frames.delete(frame));
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function create() {
  return oncePerFrame(() => {
    shown += Number(news);
    return news;
  });
}

function paint(): void {
  const due = [...frames.values()];
  frames.clear();
  for (const callback of due) callback();
}

const waiting = () => [frames.size, vi.getTimerCount()];

describe('what there is to show', () => {
  test('is shown at once, and the frame is full until the next one', () => {
    const paced = create();
    expect(paced.isFull).toBe(false);
    paced.showNow();
    expect([shown, paced.isFull]).toEqual([1, true]);
    news = false;
    paint();
    expect([shown, paced.isFull, ...waiting()]).toEqual([1, false, 0, 0]);
  });

  test('is shown with every frame as long as there is news', () => {
    const paced = create();
    paced.showNow();
    for (const count of [2, 3, 4]) {
      paint();
      expect([shown, paced.isFull, ...waiting()]).toEqual([count, true, 1, 1]);
    }
  });

  test('fills no frame when there is nothing', () => {
    const paced = create();
    news = false;
    paced.showNow();
    expect([shown, paced.isFull, ...waiting()]).toEqual([0, false, 0, 0]);
  });

  test('may be shown again in a full frame; there is one next frame all the same', () => {
    const paced = create();
    paced.showNow();
    paced.showNow();
    expect([shown, paced.isFull, ...waiting()]).toEqual([2, true, 1, 1]);
  });

  test('is shown after a second where nothing is painted', () => {
    const paced = create();
    paced.showNow();
    vi.advanceTimersByTime(999);
    expect(shown).toBe(1);
    vi.advanceTimersByTime(1);
    expect([shown, paced.isFull, ...waiting()]).toEqual([2, true, 1, 1]);
  });

  test('is not shown any more once it is stopped, until it is asked for', () => {
    const paced = create();
    paced.stop();
    paced.showNow();
    paced.stop();
    expect([paced.isFull, ...waiting()]).toEqual([false, 0, 0]);
    paced.showNow();
    expect([shown, paced.isFull]).toEqual([2, true]);
  });

  test('is not shown any more once it is stopped by whoever it is shown to', () => {
    const paced = oncePerFrame(() => {
      paced.stop();
      return true;
    });
    paced.showNow();
    expect([paced.isFull, ...waiting()]).toEqual([false, 0, 0]);
  });

  test.each([
    ['on a page that is hidden', () => vi.stubGlobal('document', { hidden: true })],
    ['where there are no frames', () => vi.stubGlobal('requestAnimationFrame', undefined)],
  ])('never waits %s', (_, arrange) => {
    arrange();
    const paced = create();
    paced.showNow();
    paced.showNow();
    expect([shown, paced.isFull, ...waiting()]).toEqual([2, false, 0, 0]);
  });

  test('waits for a frame on a visible page', () => {
    vi.stubGlobal('document', { hidden: false });
    const paced = create();
    paced.showNow();
    expect(paced.isFull).toBe(true);
  });
});
