import type { Method } from './oracle/verdict.ts';

/** The way in which a client is told of the end. */
export type Farewell = 'none' | 'named' | 'data';

/** A kind of client, and of its server. */
export interface Role {
  readonly name: string;
  readonly method: Method;
  /** A GET continues what a POST began. */
  readonly resumes?: boolean;
  /** The server says when there is nothing more to come. */
  readonly farewell?: Farewell;
  /** The content of the server's streams. */
  readonly manner: MannerName;
  /** The server refuses a second stream while one is open. */
  readonly jealous?: boolean;
  /** The server ends every stream on purpose, after a few events. */
  readonly polls?: boolean;
  /** How long a stream has to last to be trusted, in milliseconds of the campaign. */
  readonly stableAfter?: number;
  /** How many retries the client has, where it is not as many as it likes. */
  readonly maxRetries?: number;
}

/**
 * `log`: every event has an ID, and what follows the last event ID is replayed.
 * `recent`: the same, but the last events are replayed whatever the client has.
 * `again`: the same, but a proxy on the way sends some events once more that had arrived.
 * `anew`: each stream numbers its events from 1, and begins with now.
 * `checkpoints`: no event has an ID; after some of them comes an ID by itself.
 * `blind`: nothing has an ID, and each stream begins with now.
 */
export const mannerNames = ['log', 'recent', 'again', 'anew', 'checkpoints', 'blind'] as const;
export type MannerName = (typeof mannerNames)[number];

/**
 * Longer than any replay takes, however slowly it comes: what comes after that is not looked at. And longer than most
 * streams last, so that only news make the retries whole.
 */
const slowest = 300;

/** Any server may meet these. */
const getters: readonly Role[] = [
  { name: 'a log', method: 'GET', manner: 'log' },
  { name: 'one stream at a time', method: 'GET', manner: 'log', jealous: true },
  { name: 'the last events again', method: 'GET', manner: 'recent', stableAfter: slowest },
  { name: 'numbers of each stream', method: 'GET', manner: 'anew' },
  { name: 'at least once', method: 'GET', manner: 'again', stableAfter: slowest },
  { name: 'checkpoints', method: 'GET', manner: 'checkpoints' },
];

const others: readonly Role[] = [
  { name: 'a POST', method: 'POST', manner: 'log' },
  { name: 'a POST that GETs continue', method: 'POST', manner: 'log', resumes: true },
  { name: 'a POST with an end', method: 'POST', manner: 'log', farewell: 'named' },
  {
    name: 'a POST with an end that GETs continue',
    method: 'POST',
    manner: 'log',
    farewell: 'data',
    resumes: true,
  },
  {
    name: 'streams that end on purpose',
    method: 'GET',
    manner: 'log',
    polls: true,
    maxRetries: 4,
    stableAfter: slowest,
  },
  { name: 'no IDs', method: 'GET', manner: 'blind' },
  {
    name: 'no IDs, and streams that end on purpose',
    method: 'GET',
    manner: 'blind',
    polls: true,
    maxRetries: 4,
    stableAfter: slowest,
  },
];

/** The roles of a scene, one for each client in turn. A browser sends some POSTs twice by itself. */
export const rolesOf = {
  node: [...getters, ...others],
  'chromium-fetch': getters,
  'chromium-native': [{ name: 'a log', method: 'GET', manner: 'log' }],
} as const satisfies Record<string, readonly Role[]>;
