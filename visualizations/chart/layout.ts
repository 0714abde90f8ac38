import { box, horizontal, left, right, vertical } from './layout-parts.ts';

/** The position and size of a state, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The place of a state, and a few words about it. */
export interface Place extends Box {
  /** A line for each. */
  readonly motto: readonly string[];
  /** How many characters there is room for in a row; as many as the box is wide, by default. */
  readonly most?: number;
  /** The distance from its left side to the dot of the initial state, if it is the initial one. @default 20 */
  readonly initial?: number;
}

export type Point = readonly [x: number, y: number];

/** The place of some text. */
export interface Label {
  /** The baseline of the last row. */
  readonly at: Point;
  readonly align: 'start' | 'middle' | 'end';
  /** How many characters there is room for in a row. */
  readonly most: number;
}

/** The points of an arrow, and the place of its text. */
export interface Route {
  readonly points: readonly [Point, Point, ...Point[]];
  readonly words: Label;
  /** The place of the events that several arrows of a state share, if they begin as one line. */
  readonly stem?: Label;
}

/** The size of the drawing. */
export const size = { top: 0, width: 1028, height: 1074 };

/** Where the arrows begin that start from any state. */
export const anywhere: Box = { x: 586, y: 8, width: 90, height: 26 };

/** The place of the legend. */
export const legend = { x: 16, y: 1062 };

/** The place of each state. Transitions inside a state are written below its motto. */
export const places: Readonly<Record<string, Place>> = {
  live: { ...box([16, 548], [50, 1036]), motto: ['a request or a stream is there'] },
  'live.connecting': { ...box([44, 390], [152, 232]), motto: ['the request is on its way'] },
  'live.open': { ...box([44, 510], [304, 1020]), motto: ['the stream is accepted'], most: 38 },
  'live.open.fresh': { ...box([64, 194], [512, 612]), motto: ['just accepted,', 'not trusted yet'] },
  'live.open.doubted': { ...box([64, 194], [688, 816]), motto: ['it has to show', 'that it is alive'] },
  'live.open.stable': { ...box([64, 194], [896, 980]), motto: ['the retry budget', 'is whole again'] },
  'live.open.replacing': {
    ...box([328, 498], [336, 1004]),
    motto: ['the stream goes on', 'until the next one', 'is accepted'],
  },
  'live.open.replacing.reconnecting': {
    ...box([342, 484], [518, 580]),
    motto: ['the app asked', 'for another stream'],
    initial: 124,
  },
  'live.open.replacing.verifying': {
    ...box([342, 484], [596, 740]),
    motto: ['a doubted stream', 'has shown no life'],
  },
  'live.open.replacing.renewing': { ...box([342, 484], [780, 980]), motto: ['the credentials', 'expire'] },
  closed: { ...box([714, 990], [50, 424]), motto: ['nothing runs'] },
  'closed.inactive': { ...box([728, 976], [136, 204]), motto: ['until the app opens it'] },
  'closed.paused': { ...box([728, 976], [222, 302]), motto: ['while the page is hidden or frozen'] },
  'closed.suspended': { ...box([772, 976], [330, 396]), motto: ['while its component is away'] },
  backoff: { ...box([714, 990], [520, 860]), motto: ['waits to try again'], most: 24 },
  'backoff.waiting': { ...box([728, 976], [624, 684]), motto: ['a timer runs'], initial: 214 },
  'backoff.offline': { ...box([728, 916], [748, 846]), motto: ['there seems to be', 'no network'] },
  failed: { ...box([714, 990], [908, 1036]), motto: ['gave up: the error says why'] },
};

/** The x positions at which arrows leave `live`, and meet the other states. */
const edge = { live: 548, other: 714, inner: 728, suspended: 772 };
/** The x position of the line for the ends of requests and streams, before it divides. */
const trunk = 530;

const fromConnecting = {
  start: [
    [390, 190],
    [trunk, 190],
  ],
  stem: { at: [396, 184], align: 'start', most: 30 },
} as const;
const fromOpen = {
  start: [
    [510, 320],
    [trunk, 320],
  ],
  stem: { at: [504, 324], align: 'end', most: 30 },
} as const;

/** The route of each arrow from one state to another. */
export const routes: Readonly<Record<string, Route>> = {
  'anywhere → live': {
    points: [
      [anywhere.x, 21],
      [470, 21],
      [470, 50],
    ],
    words: { at: [530, 15], align: 'middle', most: 24 },
  },
  'anywhere → closed': {
    points: [
      [anywhere.x + anywhere.width, 21],
      [792, 21],
      [792, 50],
    ],
    words: { at: [734, 15], align: 'middle', most: 24 },
  },

  'closed → live': across([edge.other, edge.live], 92),
  'live → closed': across([edge.live, edge.other], 122),
  'closed.inactive → live': across([edge.inner, edge.live], 156),
  'live.connecting → closed': decided(fromConnecting, edge.other, 190),
  'live.open → closed': decided(fromOpen, edge.other, 190),
  'live → closed.paused': across([edge.live, edge.inner], 250),
  'closed.paused → live': across([edge.inner, edge.live], 294),
  'live → closed.suspended': across([edge.live, edge.suspended], 346),
  'closed.suspended → live': across([edge.suspended, edge.live], 372),
  'live.open.replacing → closed': across([498, edge.other], 414),

  'live.connecting → backoff': decided(fromConnecting, edge.other, 540),
  'live.open → backoff': decided(fromOpen, edge.other, 540),
  'live.open.replacing → backoff': across([498, edge.other], 580),
  'backoff → live': across([edge.other, edge.live], 630),
  'backoff.waiting → live': across([edge.inner, edge.live], 672),
  'live.connecting → backoff.offline': decided(fromConnecting, edge.inner, 772, 758),
  'live.open → backoff.offline': decided(fromOpen, edge.inner, 772),
  'backoff.offline → live': across([edge.inner, edge.live], 836),

  'live.connecting → failed': decided(fromConnecting, edge.other, 934),
  'live.open → failed': decided(fromOpen, edge.other, 934),
  'live → failed': across([edge.live, edge.other], 960),
  'failed → live': across([edge.other, edge.live], 1024),

  'live.connecting → live.open': { points: vertical(80, 232, 304), words: right(80, 286, 18) },
  'live.open.replacing → live.connecting': { points: vertical(348, 336, 232), words: right(348, 292, 28) },

  'live.open.fresh → live.open.doubted': { points: vertical(184, 612, 688), words: right(184, 650, 16) },
  'live.open.doubted → live.open.fresh': { points: vertical(76, 688, 612), words: right(76, 668, 16) },
  'live.open.stable → live.open.doubted': { points: vertical(184, 896, 816), words: right(184, 862, 16) },
  'live.open.fresh → live.open.stable': {
    points: [
      [64, 594],
      [53, 594],
      [53, 916],
      [64, 916],
    ],
    words: right(53, 862, 18),
  },
  'live.open.replacing → live.open.fresh': within([328, 194], 538),
  'live.open.replacing.verifying → live.open.fresh': within([342, 194], 602),
  'live.open.doubted → live.open.replacing.verifying': within([194, 342], 722),
  'live.open.replacing → live.open.doubted': within([328, 194], 756),
  'live.open.replacing.renewing → live.open.doubted': within([342, 194], 800),
  'live.open.stable → live.open.replacing.renewing': within([194, 342], 924),
  'live.open.replacing.renewing → live.open.stable': within([342, 194], 960),

  'closed.paused → closed.suspended': { points: vertical(922, 302, 330), words: right(922, 320, 20) },
  'backoff → closed.suspended': { points: vertical(896, 520, 396), words: left(896, 508, 20) },
  'closed.suspended → backoff.waiting': { points: vertical(910, 396, 624), words: right(910, 452, 20) },
  'backoff → closed.paused': { points: vertical(752, 520, 302), words: right(752, 493, 20) },
  'closed.paused → backoff.waiting': {
    points: [
      [976, 284],
      [1003, 284],
      [1003, 644],
      [976, 644],
    ],
    words: left(1003, 504, 14),
  },
  'backoff.waiting → backoff.offline': { points: vertical(742, 684, 748), words: right(742, 734, 20) },
  'failed → backoff.waiting': { points: vertical(946, 908, 684), words: left(946, 898, 38) },
  'failed → closed': {
    points: [
      [990, 960],
      [1017, 960],
      [1017, 90],
      [990, 90],
    ],
    words: left(1017, 886, 20),
  },
};

/** An arrow to the left or to the right, with its words above it, between `live` and the others. */
function across([from, to]: Point, y: number): Route {
  return { points: horizontal(from, to, y), words: between(edge.live, edge.other, y) };
}

/** The same inside `open`. */
function within([from, to]: Point, y: number): Route {
  return { points: horizontal(from, to, y), words: { ...between(194, 328, y), most: 18 } };
}

/** An arrow that begins as one line with others, of this state and of another. */
function decided(
  { start: [from, joint], stem }: typeof fromConnecting | typeof fromOpen,
  to: number,
  y: number,
  words = y,
): Route {
  return {
    points: [from, joint, [trunk, y], [to, y]],
    words: { ...between(edge.live, edge.other, words), most: 26 },
    stem,
  };
}

function between(left: number, right: number, y: number): Label {
  return { at: [(left + right) / 2, y - 6], align: 'middle', most: 25 };
}
