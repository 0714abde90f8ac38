import type { Draw } from '../draw.ts';

/** How often each ending of an exchange is drawn. */
export const faultWeights = {
  reset: 20, // cut with a TCP reset
  'half-close': 10, // cut with a FIN
  'cut-size': 6, // cut within the size line of a chunk
  'cut-data': 6, // cut within the data of a chunk
  'bad-chunk': 4, // a size line that is none
  'length-short': 4, // fewer bytes announced than sent
  'length-long': 4, // more bytes announced than sent
  garbage: 4, // an answer that is no HTTP
  status: 14, // an answer that is no stream, and asks to come again
  unauthorized: 4, // 401
  'no-content': 2, // 204: enough
  forbidden: 2, // 403
  'not-found': 2, // 404
  gone: 2, // 410: the event to resume after is not known any more
  refuse: 6, // nobody listens
  drop: 6, // accepted and reset
  stall: 4, // silence
  end: 8, // no fault: the server finishes the stream
} as const;

export type FaultKind = keyof typeof faultWeights;

/** Where in a response it happens: after so many bytes of the head, or at the first such place in the body. */
export interface Place {
  readonly part: 'head' | 'body' | 'size' | 'data' | 'boundary';
  readonly after: number;
}

/** The plan for the course of one exchange. */
export interface FaultPlan {
  readonly kind: FaultKind;
  readonly place: Place;
  readonly framing: 'chunked' | 'identity';
  /** A run of bytes that travel one at a time. */
  readonly split: { readonly from: number; readonly count: number };
  /** A pause amid the response, in milliseconds of the campaign. */
  readonly delay: { readonly at: number; readonly ms: number };
  readonly status: number;
  readonly retryAfter: RetryAfter;
  /** The body of a refusal is not sent to its end, and the socket stays open. */
  readonly unfinished: boolean;
  /** Where the exchange ends tidily, the socket stays open for the next one. */
  readonly keepAlive: boolean;
  /** How long such a socket is left alone before it is reset, in milliseconds of the campaign; null for ever. */
  readonly staleAfter: number | null;
  /** How many bytes a wrong content length is off. */
  readonly surplus: number;
}

/** A plan as the server carries it out. `second`: it refuses the request because a stream is open. */
export type ServedPlan = Omit<FaultPlan, 'kind'> & { readonly kind: FaultKind | 'second' };

export type RetryAfter = 'none' | 'zero' | 'second' | 'date' | 'past' | 'nonsense';

/** Answers that are no stream, and would be none if the request came again. */
const finalStatuses: Partial<Record<FaultKind, number>> = {
  unauthorized: 401,
  'no-content': 204,
  forbidden: 403,
  'not-found': 404,
  gone: 410,
};

const statuses = [500, 502, 503, 504, 408, 425, 429] as const;
const retryAfters = ['none', 'none', 'none', 'zero', 'second', 'date', 'past', 'nonsense'] as const;

/** Less than any response head has, with or without chunks. */
const headBytes = 120;
/** Enough for the largest event to get through once in a while. */
const bodyBytes = 80_000;

/** Draws the same plans in the same order for the same generator. */
export function drawPlan(draw: Draw): FaultPlan {
  const kind = draw.weighted(faultWeights);
  const early = draw.chance(0.25);
  const split = { from: 500 + draw.scale(10_000), count: draw.chance(0.4) ? draw.scale(150) : 0 };
  return {
    kind,
    place: drawPlace(kind, draw),
    framing: drawFraming(kind, draw),
    // A head has to arrive within `connectTimeout`, a byte a millisecond at worst.
    split: early ? { from: draw.whole(0, headBytes), count: draw.whole(1, 40) } : split,
    delay: { at: early ? 0 : draw.scale(10_000), ms: draw.chance(0.3) ? draw.whole(1, 30) : 0 },
    status: finalStatuses[kind] ?? draw.pick(statuses),
    retryAfter: draw.pick(retryAfters),
    unfinished: draw.chance(0.2),
    keepAlive: draw.chance(0.5),
    staleAfter: draw.chance(0.5) ? draw.whole(0, 3) : null,
    surplus: draw.whole(1, 300),
  };
}

function drawPlace(kind: FaultKind, draw: Draw): Place {
  const anywhere = draw.chance(0.25) ? 'head' : 'body';
  // Silence counts from the last byte of the body itself: the framing of a chunk is no sign of life.
  const part = partOf[kind] ?? (kind === 'stall' && anywhere === 'body' ? 'data' : anywhere);
  return { part, after: part === 'head' ? draw.whole(0, headBytes) : draw.scale(bodyBytes) };
}

const partOf: Partial<Record<FaultKind, Place['part']>> = {
  'cut-size': 'size',
  'cut-data': 'data',
  'bad-chunk': 'boundary',
  'length-short': 'body',
  'length-long': 'body',
  end: 'boundary',
};

function drawFraming(kind: FaultKind, draw: Draw): FaultPlan['framing'] {
  const drawn = draw.pick(['chunked', 'chunked', 'identity'] as const);
  if (kind.startsWith('length')) return 'identity';
  return ['cut-size', 'cut-data', 'bad-chunk'].includes(kind) ? 'chunked' : drawn;
}
