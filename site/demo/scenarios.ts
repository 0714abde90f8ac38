import type { ConnectionOptions } from '../../index.ts';
import type { Answer } from './page-server.ts';

/** Something that the reader does to the server. */
export interface Fault {
  readonly label: string;
  /** How requests are answered from now on; unchanged if it is left out. */
  readonly answer?: Answer;
  /** Becomes of the streams that are open. */
  readonly streams?: 'drop' | 'end';
  /** After so many milliseconds the server accepts again. */
  readonly until?: number;
  /** An event that is sent. */
  readonly sends?: string;
}

/** A demo: a connection, and the faults that it is shown with. */
export interface Scenario {
  readonly title: string;
  /** Tells the reader what to try, and what to look at. */
  readonly hint: string;
  readonly faults: readonly Fault[];
  readonly options?: ConnectionOptions;
  /** The token that a renewal brings, where the server wants one. */
  readonly renews?: boolean;
  /** How many components use the connection. @default 1 */
  readonly users?: number;
  /** The server writes an answer, token by token, to a POST; else it counts, once a second. */
  readonly writes?: boolean;
}

const refuse = (status: number, retryAfter?: number) =>
  ({ kind: 'refuse', status, ...(retryAfter !== undefined && { retryAfter }) }) as const;

const mend: Fault = { label: 'Mend the server', answer: { kind: 'accept' } };
const restart: Fault = {
  label: 'Restart the server (3 s)',
  answer: refuse(503),
  streams: 'drop',
  until: 3_000,
};
const cut: Fault = { label: 'Cut the stream', streams: 'drop' };
/** Delays that nobody has to wait for. */
export const quick = { retryDelay: 600, maxRetryDelay: 2_000, stableAfter: 3_000 } as const;

const table = {
  restart: {
    title: 'A server that restarts',
    hint: 'Restart the server. The badge turns to Backoff and back to Open, and nothing is missed.',
    faults: [restart, cut],
    options: quick,
  },
  states: {
    title: 'The five statuses',
    hint: 'Break the server in each way, and see what the connection makes of it.',
    faults: [
      restart,
      cut,
      { label: 'Answer 401', answer: refuse(401), streams: 'drop' },
      { label: 'Answer 204', answer: refuse(204), streams: 'drop' },
      { label: 'Answer nothing', answer: { kind: 'stall' }, streams: 'drop' },
      mend,
    ],
    options: { ...quick, connectTimeout: 4_000 },
  },
  replay: {
    title: 'Events that come again after a break',
    hint: 'Cut the stream, or restart the server. The server goes on counting; "missed" stays 0, because it replays.',
    faults: [cut, restart, { label: 'End the stream', streams: 'end' }],
    options: quick,
  },
  tokens: {
    title: 'A token that expires',
    hint: 'Let the token expire: `refresh` is called once, and the request is repeated. Announced in time, the stream never breaks.',
    faults: [
      { label: 'Expire the token', streams: 'drop', answer: refuse(401) },
      { label: 'Announce that it expires', sends: 'token-expires' },
    ],
    options: { ...quick, stableAfter: 500, refreshOn: 'token-expires' },
    renews: true,
  },
  answer: {
    title: 'An answer that is written token by token',
    hint: 'Cut the stream while the answer is written. A GET carries it on, and the question is not asked again.',
    faults: [cut, restart],
    options: { ...quick, method: 'POST', resume: {}, closeOn: 'done', parse: 'text' },
    writes: true,
  },
  sharing: {
    title: 'Three components, one stream',
    hint: 'All three share one request. Close the connection of the first: the others go on.',
    faults: [restart, cut],
    options: { ...quick, share: 'demo' },
    users: 3,
  },
  failures: {
    title: 'What follows from an answer',
    hint: 'Choose an answer. A 503 is a retry, a 403 the end; a 429 says how long to wait.',
    faults: [
      { label: 'Answer 500', answer: refuse(500), streams: 'drop' },
      { label: 'Answer 503, come back in 4 s', answer: refuse(503, 4_000), streams: 'drop', until: 3_900 },
      { label: 'Answer 403', answer: refuse(403), streams: 'drop' },
      { label: 'Answer 404', answer: refuse(404), streams: 'drop' },
      { label: 'Answer 410 once', answer: { ...refuse(410), once: true }, streams: 'drop' },
      { label: 'Answer 204', answer: refuse(204), streams: 'drop' },
      mend,
    ],
    options: quick,
  },
  budget: {
    title: 'A budget of four retries',
    hint: 'Break the server, and see the waits grow until the budget is spent. Mend it in time, and it is whole again.',
    faults: [{ label: 'Break the server', answer: refuse(500), streams: 'drop' }, mend],
    options: { ...quick, jitter: 'none', retryDelay: 400, maxRetries: 4 },
  },
} as const satisfies Readonly<Record<string, Scenario>>;

export const scenarios: Readonly<Record<keyof typeof table, Scenario>> = table;

export function isScenario(name: string): name is keyof typeof table {
  return Object.hasOwn(table, name);
}
