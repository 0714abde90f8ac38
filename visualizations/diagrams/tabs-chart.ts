import { tabsDelays, tabsMachine } from '../../machines/tabs.ts';
import { seconds } from '../chart/delay-words.ts';
import type { Box, Label, Place, Point, Route } from '../chart/layout.ts';
import { box, horizontal, right, vertical } from '../chart/layout-parts.ts';
import type { DrawnChart } from '../chart/picture.ts';

const anywhere: Box = { x: 56, y: 1040, width: 90, height: 26 };

/** From left to right: the sides of what the arrows join. */
const x = { away: 186, first: [346, 526], second: [690, 850] } as const;

const places: Readonly<Record<string, Place>> = {
  away: {
    ...box([16, x.away], [150, 890]),
    motto: ['the end: nothing', 'wants the stream, or', 'the page is frozen'],
  },
  alone: { ...box(x.first, [40, 125]), motto: ['cannot share, or is', 'deaf: a stream of', 'its own'] },
  takingOver: {
    ...box([690, 890], [40, 125]),
    motto: ['takes the lock of one', 'that does not answer'],
  },
  joining: { ...box(x.first, [225, 385]), motto: ['has asked who leads'], initial: 100 },
  following: { ...box([690, 990], [155, 480]), motto: ['another tab', 'has the stream'] },
  'following.doubting': { ...box([706, 886], [225, 321]), motto: ['asked whether', 'it is there'] },
  'following.served': { ...box([706, 886], [370, 465]), motto: ['hears its stream'], initial: 150 },
  leading: { ...box([330, 1170], [565, 930]), motto: ['this tab has the stream'], most: 30 },
  'leading.handingOver': {
    ...box(x.first, [665, 765]),
    motto: ['goes on until the', 'next stream is open'],
  },
  'leading.lingering': {
    ...box(x.first, [835, 905]),
    motto: ['for the others, or for', 'one that comes at once'],
  },
  'leading.established': {
    ...box(x.second, [815, 910]),
    motto: ['all is well'],
  },
  'leading.looking': { ...box([850, 1010], [640, 715]), motto: ['hears whether one', 'can be seen'] },
  'leading.counting': { ...box([1010, 1150], [820, 905]), motto: ['hears who is there'], initial: 60 },
};

const routes: Readonly<Record<string, Route>> = {
  'anywhere → away': { points: vertical(101, anywhere.y, 890), words: right(101, 944, 20) },
  'anywhere → alone': {
    points: [
      [anywhere.x, 1053],
      [6, 1053],
      [6, 85],
      [x.first[0], 85],
    ],
    words: above([16, x.first[0]], 85),
  },
  'anywhere → leading': {
    points: [
      [130, anywhere.y],
      [130, 965],
      [238, 965],
      [238, 918],
      [330, 918],
    ],
    words: { at: [284, 912], align: 'middle', most: 14 },
  },
  'anywhere → following': {
    points: [
      [101, 1066],
      [101, 1088],
      [1182, 1088],
      [1182, 520],
      [840, 520],
      [840, 480],
    ],
    words: { at: [960, 514], align: 'middle', most: 40 },
  },
  'joining → away': across([x.first[0], x.away], 300),
  'following → away': across([690, x.away], 175, [x.away, x.first[0]]),
  'leading.handingOver → away': across([x.first[0], x.away], 715, [x.away, 330]),
  'leading.lingering → away': across([x.first[0], x.away], 870, [x.away, 330]),

  'takingOver → alone': across([690, x.first[1]], 70),
  'joining → alone': { points: vertical(366, 225, 125), words: right(366, 150, 22) },
  'joining → takingOver': {
    points: [
      [x.first[1], 265],
      [668, 265],
      [668, 100],
      [690, 100],
    ],
    words: { at: [597, 259], align: 'middle', most: 20 },
  },
  'following.doubting → takingOver': {
    points: vertical(866, 225, 125),
    words: right(866, 146, 20),
  },
  'following.served → following.doubting': {
    points: vertical(776, 370, 321),
    words: right(776, 350, 16),
  },

  'leading → joining': { points: vertical(366, 565, 385), words: right(366, 480, 14) },
  'leading.handingOver → joining': {
    points: [
      [x.first[1], 685],
      [560, 685],
      [560, 345],
      [x.first[1], 345],
    ],
    words: right(560, 480, 18),
  },
  'leading.counting → alone': {
    points: [
      [1130, 820],
      [1130, 16],
      [436, 16],
      [436, 40],
    ],
    words: { at: [800, 10], align: 'middle', most: 50 },
  },

  'leading.looking → leading.handingOver': {
    points: horizontal(850, x.first[1], 690),
    words: { at: [690, 684], align: 'middle', most: 50 },
  },
  'leading.handingOver → leading.established': {
    points: [
      [x.first[1], 750],
      [720, 750],
      [720, 815],
    ],
    words: { at: [628, 744], align: 'middle', most: 20 },
  },
  'leading.lingering → leading.handingOver': {
    points: vertical(366, 835, 765),
    words: right(366, 790, 24),
  },
  'leading.lingering → leading.established': across([x.first[1], 690], 885),
  'leading.counting → leading.established': across([1010, 850], 880),
  'leading.established → leading.looking': {
    points: [
      [850, 850],
      [960, 850],
      [960, 715],
    ],
    words: right(960, 760, 14),
  },
  'leading.looking → leading.established': {
    points: [
      [870, 715],
      [870, 775],
      [810, 775],
      [810, 815],
    ],
    words: { at: [864, 755], align: 'end', most: 14 },
  },
};

/** A level arrow, with its words above the middle of it, or of a part of it. */
function across([from, to]: Point, y: number, part: Point = [from, to]): Route {
  return { points: horizontal(from, to, y), words: above(part, y) };
}

function above([from, to]: Point, y: number): Label {
  return { at: [(from + to) / 2, y - 6], align: 'middle', most: Math.floor(Math.abs(to - from) / 6.6) };
}

const lengths: Readonly<Record<string, number>> = tabsDelays;

/** The statechart that decides which tab opens the stream for all. */
export const tabsChart: DrawnChart = {
  title: 'The statechart of tabs that share a stream',
  machine: tabsMachine,
  layout: {
    anywhere,
    legend: { x: 330, y: 1112 },
    places,
    routes,
    size: { top: -4, width: 1206, height: 1128 },
  },
  delayWords: (delay) => seconds(lengths[delay] ?? 0),
};

/** The looks of its containers. */
export const tabsStyle = `.chart .state:is([data-state='following'], [data-state='leading']) rect { fill: var(--sunken); }`;
