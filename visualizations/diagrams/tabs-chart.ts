import { answerTime, handOverTime, tabsMachine } from '../../machines/tabs.ts';
import { tabsTable } from '../../tabs/across-tabs.ts';
import { seconds } from '../chart/delay-words.ts';
import type { Box, Label, Place, Point, Route } from '../chart/layout.ts';
import { box, horizontal, right, vertical } from '../chart/layout-parts.ts';
import type { DrawnChart } from '../chart/picture.ts';

const anywhere: Box = { x: 56, y: 1120, width: 90, height: 26 };

/** From left to right: the sides of what the arrows join. */
const x = { away: 186, member: 310, first: [346, 526], second: [690, 850], third: [990, 1150] } as const;

const places: Readonly<Record<string, Place>> = {
  away: {
    ...box([16, x.away], [150, 1085]),
    motto: ['nothing wants the', 'stream, or the page', 'is frozen'],
  },
  alone: { ...box([16, x.away], [50, 120]), motto: ['no locks or channels:', 'a stream of its own'] },
  member: { ...box([x.member, 1190], [40, 1105]), motto: ['one of the tabs that share'] },
  'member.apart': { ...box(x.first, [215, 300]), motto: ['heard nobody: it has', 'a stream of its own'] },
  'member.takingOver': {
    ...box([690, 890], [215, 300]),
    motto: ['takes the lock of one', 'that does not answer'],
  },
  'member.joining': { ...box(x.first, [400, 560]), motto: ['has asked who leads'], initial: 100 },
  'member.following': { ...box([690, 990], [330, 655]), motto: ['another tab', 'has the stream'] },
  'member.following.doubting': { ...box([706, 886], [400, 496]), motto: ['asked whether', 'it is there'] },
  'member.following.served': { ...box([706, 886], [545, 640]), motto: ['hears its stream'] },
  'member.leading': { ...box([330, 1170], [740, 1085]), motto: ['this tab has the stream'], most: 30 },
  'member.leading.handingOver': {
    ...box(x.first, [835, 930]),
    motto: ['goes on until the', 'next stream is open'],
  },
  'member.leading.lingering': {
    ...box(x.first, [995, 1065]),
    motto: ['for the others, or for', 'one that comes at once'],
  },
  'member.leading.looking': { ...box(x.second, [835, 915]), motto: ['hears whether one', 'can be seen'] },
  'member.leading.established': { ...box(x.second, [990, 1065]), motto: ['all is well'] },
  'member.leading.hidden': { ...box(x.third, [835, 950]), motto: ['cannot be seen'] },
  'member.leading.counting': { ...box(x.third, [990, 1065]), motto: ['hears who is there'], initial: 120 },
};

const routes: Readonly<Record<string, Route>> = {
  'anywhere → away': { points: vertical(101, anywhere.y, 1085), words: right(101, 1108, 20) },
  'member → alone': across([x.member, x.away], 100),
  'member → away': across([x.member, x.away], 186),
  'away → member': across([x.away, x.member], 232),
  'member.joining → away': across([x.first[0], x.away], 450, [x.away, x.member]),
  'member.following → away': across([690, x.away], 350, [x.away, x.member]),
  'member.leading.handingOver → away': across([x.first[0], x.away], 880, [x.away, x.member]),
  'member.leading.lingering → away': across([x.first[0], x.away], 1030, [x.away, x.member]),

  'member.takingOver → member.apart': across([690, x.first[1]], 240),
  'member.apart → member.following': {
    points: [
      [x.first[1], 285],
      [640, 285],
      [640, 380],
      [690, 380],
    ],
    words: { at: [583, 279], align: 'middle', most: 16 },
  },
  'member.joining → member.apart': { points: vertical(366, 400, 300), words: right(366, 324, 20) },
  'member.joining → member.takingOver': {
    points: [
      [x.first[1], 440],
      [668, 440],
      [668, 264],
      [690, 264],
    ],
    words: { at: [597, 434], align: 'middle', most: 20 },
  },
  'member.joining → member.following': across([x.first[1], 690], 500),
  'member.following.doubting → member.takingOver': {
    points: vertical(866, 400, 300),
    words: right(866, 322, 20),
  },
  'member.following.doubting → member.following.served': {
    points: vertical(776, 496, 545),
    words: right(776, 524, 14),
  },
  'member.following.served → member.following.doubting': {
    points: vertical(876, 545, 496),
    words: right(876, 532, 16),
  },

  'member.leading → member.joining': { points: vertical(366, 740, 560), words: right(366, 660, 14) },
  'member.leading.handingOver → member.joining': {
    points: [
      [x.first[1], 848],
      [545, 848],
      [545, 540],
      [x.first[1], 540],
    ],
    words: right(545, 650, 18),
  },
  'member.leading.handingOver → member.following': {
    points: [
      [x.first[1], 864],
      [560, 864],
      [560, 700],
      [740, 700],
      [740, 655],
    ],
    words: { at: [650, 694], align: 'middle', most: 30 },
  },
  'member.leading.counting → member.apart': {
    points: [
      [x.third[1], 1030],
      [1180, 1030],
      [1180, 185],
      [436, 185],
      [436, 215],
    ],
    words: { at: [800, 179], align: 'middle', most: 50 },
  },

  'member.leading.looking → member.leading.handingOver': {
    points: [
      [690, 890],
      [x.first[1], 890],
    ],
    words: { at: [628, 884], align: 'middle', most: 17 },
  },
  'member.leading.handingOver → member.leading.established': {
    points: [
      [x.first[1], 915],
      [590, 915],
      [590, 1008],
      [690, 1008],
    ],
    words: { at: [641, 1002], align: 'middle', most: 14 },
  },
  'member.leading.lingering → member.leading.handingOver': {
    points: vertical(366, 995, 930),
    words: right(366, 972, 20),
  },
  'member.leading.lingering → member.leading.established': across([x.first[1], 690], 1045),
  'member.leading.looking → member.leading.established': {
    points: vertical(720, 915, 990),
    words: right(720, 956, 14),
  },
  'member.leading.hidden → member.leading.looking': {
    points: horizontal(990, 850, 852),
    words: { at: [920, 846], align: 'middle', most: 18 },
  },
  'member.leading.looking → member.leading.hidden': {
    points: horizontal(850, 990, 892),
    words: { at: [920, 886], align: 'middle', most: 18 },
  },
  'member.leading.established → member.leading.hidden': {
    points: [
      [850, 1002],
      [868, 1002],
      [868, 935],
      [990, 935],
    ],
    words: { at: [930, 929], align: 'middle', most: 18 },
  },
  'member.leading.hidden → member.leading.established': {
    points: [
      [1006, 950],
      [1006, 972],
      [890, 972],
      [890, 1024],
      [850, 1024],
    ],
    words: { at: [950, 966], align: 'middle', most: 14 },
  },
  'member.leading.counting → member.leading.established': across([990, 850], 1050),
};

/** A level arrow, with its words above the middle of it, or of a part of it. */
function across([from, to]: Point, y: number, part: Point = [from, to]): Route {
  return { points: horizontal(from, to, y), words: above(part, y) };
}

function above([from, to]: Point, y: number): Label {
  return { at: [(from + to) / 2, y - 6], align: 'middle', most: Math.floor(Math.abs(to - from) / 6.6) };
}

const lengths: Readonly<Record<string, number>> = {
  linger: tabsTable.linger.default,
  heartbeat: tabsTable.heartbeat.default,
  yieldAfter: tabsTable.yieldAfter.default,
  answerTime,
  handOverTime,
};

/** The statechart that decides which tab opens the stream for all. */
export const tabsChart: DrawnChart = {
  title: 'The statechart of tabs that share a stream',
  machine: tabsMachine,
  layout: {
    anywhere,
    legend: { x: 330, y: 1136 },
    places,
    routes,
    size: { top: 28, width: 1206, height: 1128 },
  },
  delayWords: (delay) => seconds(lengths[delay] ?? 0),
};

/** The looks of its containers. */
export const tabsStyle = `.chart .state:is([data-state='member']) rect { fill: var(--sunken); }`;
