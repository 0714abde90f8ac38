/** Where a state is drawn, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The place of a state, and what the state is, in a few words. */
export interface Place extends Box {
  readonly motto: string;
}

export type Point = readonly [x: number, y: number];

/** How an arrow runs, and where its words are. */
export interface Route {
  readonly points: readonly [Point, Point, ...Point[]];
  /** The baseline of the last line of its words. */
  readonly words: Point;
  readonly align: 'start' | 'middle' | 'end';
  /** How many characters there is room for. */
  readonly most: number;
}

/** The size of the drawing. */
export const size = { top: -12, width: 1000, height: 846 };

/** Where the arrows begin that start from any state. */
export const anywhere: Box = { x: 455, y: 31, width: 90, height: 26 };

/** Where it is said how to read the picture. */
export const legend = { x: 20, y: 822 };

/** Where each state is. The transitions that it keeps to itself are told under its motto. */
export const places: Readonly<Record<string, Place>> = {
  live: { ...box(20, 14, 330, 778), motto: 'a transport runs' },
  'live.connecting': { ...box(40, 154, 290, 50), motto: 'the request is on its way' },
  'live.open': { ...box(40, 286, 290, 486), motto: 'the stream is accepted' },
  'live.open.fresh': { ...box(60, 476, 250, 50), motto: 'whoever accepts and drops is charged' },
  'live.open.stable': { ...box(60, 636, 250, 70), motto: 'the retry budget is whole again' },
  closed: { ...box(650, 14, 330, 278), motto: 'nothing runs' },
  'closed.inactive': { ...box(670, 126, 290, 68), motto: 'until the app opens it' },
  'closed.paused': { ...box(670, 208, 290, 68), motto: 'while the page is hidden or frozen' },
  backoff: { ...box(650, 366, 330, 290), motto: 'waits to try again' },
  'backoff.waiting': { ...box(670, 436, 290, 68), motto: 'a timer runs' },
  'backoff.offline': { ...box(670, 588, 222, 52), motto: 'no timer: there is no network' },
  failed: { ...box(650, 708, 330, 84), motto: 'gave up: the error says why' },
};

const liveEdge = 350;
const otherEdge = 650;
const innerEdge = 670;

/** Where each arrow is that leads from one state to another. */
export const routes: Readonly<Record<string, Route>> = {
  'anywhere → live': across([anywhere.x, liveEdge], 44),
  'anywhere → closed': across([anywhere.x + anywhere.width, otherEdge], 44),

  'live → closed': across([liveEdge, otherEdge], 86),
  'closed → live': across([otherEdge, liveEdge], 114),
  'closed.inactive → live': across([innerEdge, liveEdge], 160),
  'live → closed.paused': across([liveEdge, innerEdge], 224),
  'closed.paused → live': across([innerEdge, liveEdge], 260),

  'live → backoff': across([liveEdge, otherEdge], 394),
  'backoff.waiting → live': across([innerEdge, liveEdge], 486),
  'live → backoff.offline': across([liveEdge, innerEdge], 602),
  'backoff.offline → live': across([innerEdge, liveEdge], 628),

  'live → failed': across([liveEdge, otherEdge], 726),
  'failed → live': across([otherEdge, liveEdge], 782),

  'live.connecting → live.open': beside(76, [204, 286], 249),
  'live.open → live.connecting': beside(206, [286, 204], 249),
  'live.open.fresh → live.open.stable': beside(90, [526, 636], 585),

  'backoff → closed.paused': { ...beside(690, [366, 276], 354), most: 20 },
  'closed.paused → backoff.waiting': beside(856, [276, 436], 336),
  'backoff.waiting → backoff.offline': beside(684, [504, 588], 564),
  'backoff.offline → backoff.waiting': beside(847, [588, 504], 550),
  'failed → backoff.waiting': { ...beside(952, [708, 504], 688), words: [944, 688], align: 'end', most: 46 },
};

function box(x: number, y: number, width: number, height: number): Box {
  return { x, y, width, height };
}

/** An arrow to the left or to the right, with its words above it, between `live` and the others. */
function across([from, to]: Point, y: number): Route {
  const [left, right] = [Math.min(from, to), Math.min(otherEdge, Math.max(from, to))];
  return {
    points: [
      [from, y],
      [to, y],
    ],
    words: [(left + right) / 2, y - 6],
    align: 'middle',
    most: 46,
  };
}

/** An arrow up or down, with its words to the right of it. */
function beside(x: number, [from, to]: Point, lastLine: number): Route {
  return {
    points: [
      [x, from],
      [x, to],
    ],
    words: [x + 8, lastLine],
    align: 'start',
    most: 24,
  };
}
