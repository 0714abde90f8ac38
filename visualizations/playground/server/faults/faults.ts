import type { FaultDescription } from '../../protocol/fault-api.ts';
import type { Parameter } from '../../protocol/parameter.ts';
import type { Client } from '../stream/client.ts';
import type { Exchange, StreamServer } from '../stream/stream-server.ts';

/** The values of the parameters; `seconds` is the time that is left when a request is answered. */
export interface FaultValues {
  readonly seconds?: number | undefined;
  readonly [parameter: string]: number | undefined;
}

/** A way for the server to misbehave. */
export interface Fault extends FaultDescription {
  /** Acts on the streams that are open. */
  readonly begin: (streams: StreamServer, values: FaultValues) => void;
  /** Answers a request as long as it lasts. */
  readonly answer?: (exchange: Exchange, values: FaultValues) => void;
  readonly end?: (streams: StreamServer) => void;
}

const seconds = (standard: number, label = 'for'): Parameter => ({
  name: 'seconds',
  label,
  unit: 's',
  default: standard,
  min: 1,
  max: 600,
});

/** How long a second stream waits for the end of the first before it is refused, in milliseconds. */
const timeToNotice = 1_000;

/** How often it looks meanwhile, in milliseconds. */
const lookEvery = 50;

const away = 'The server goes away';
const refusing = 'The server refuses';
const busy = 'The server asks for time';
const broken = 'The stream breaks';

/** Every fault that the playground knows, in the order of the console. */
export const faults: readonly Fault[] = [
  {
    id: 'restart',
    group: away,
    title: 'Restart, like a deploy',
    explanation: 'Drops everyone, then answers 5xx. Retried with backoff, and the log fills the gap.',
    parameters: [
      {
        name: 'status',
        label: 'status',
        default: 503,
        min: 500,
        max: 503,
        choices: [500, 502, 503],
      },
      seconds(6),
    ],
    begin: dropAll,
    answer: (exchange, { status = 503 }) => exchange.refuse(status),
  },
  {
    id: 'refuse',
    group: away,
    title: 'Refuse connections',
    explanation: 'Closes the listening socket: nobody answers at all. Retried with backoff.',
    parameters: [seconds(6)],
    begin: (streams) => streams.shut(),
    end: (streams) => streams.reopen(),
  },
  {
    id: 'slow',
    group: away,
    title: 'Slow to answer',
    explanation:
      'Drops everyone; the headers come late. After connectTimeout the client gives the attempt up.',
    parameters: [{ name: 'delay', label: 'after', unit: 's', default: 10, min: 1, max: 60 }, seconds(15)],
    begin: dropAll,
    answer: (exchange, { delay = 5 }) => exchange.later(delay * 1_000, () => exchange.accept()),
  },
  {
    id: 'unauthorized',
    group: refusing,
    title: '401 Unauthorized',
    explanation:
      'Drops everyone, and no token is good any more. One request, then failed; with a token in the settings it is renewed, once for both.',
    parameters: [seconds(10)],
    begin: (streams) => {
      streams.tokens.revokeAll();
      dropAll(streams);
    },
    answer: (exchange) => {
      if (exchange.authorized) exchange.accept();
      else exchange.refuse(401, { 'WWW-Authenticate': 'Bearer' });
    },
  },
  {
    id: 'forbidden',
    group: refusing,
    title: '403 Forbidden',
    explanation: 'Known, but not allowed: one request, then failed.',
    parameters: [seconds(10)],
    begin: dropAll,
    answer: (exchange) => exchange.refuse(403),
  },
  {
    id: 'not-found',
    group: refusing,
    title: '404 Not Found',
    explanation: 'The stream is not here: one request, then failed.',
    parameters: [seconds(10)],
    begin: dropAll,
    answer: (exchange) => exchange.refuse(404),
  },
  {
    id: 'one-stream',
    group: refusing,
    title: '409 to a second stream',
    explanation:
      'Each client may have one stream. Press Reconnect: the second is refused, the first is dropped for it, and nobody fails.',
    parameters: [seconds(30)],
    begin: () => {},
    answer: (exchange) => acceptAlone(exchange, timeToNotice),
  },
  {
    id: 'gone',
    group: refusing,
    title: '410 Gone',
    explanation:
      'Drops everyone, and no longer knows the event to go on after. Asked again at once without it, and a gap is announced.',
    parameters: [seconds(10)],
    begin: dropAll,
    answer: (exchange) => {
      if (exchange.lastEventId === '') exchange.accept();
      else exchange.refuse(410);
    },
  },
  {
    id: 'content-type',
    group: refusing,
    title: '200 with a web page',
    explanation: 'A proxy answers text/html: not a stream. Failed at once, with the reason.',
    parameters: [seconds(10)],
    begin: dropAll,
    answer: (exchange) =>
      exchange.refuse(200, { 'Content-Type': 'text/html' }, '<!doctype html><title>Sign in</title>\n'),
  },
  {
    id: 'no-content',
    group: refusing,
    title: '204 No Content',
    explanation: 'The standard way to send a client home: closed, until you open it again.',
    parameters: [seconds(10)],
    begin: dropAll,
    answer: (exchange) => exchange.refuse(204),
  },
  {
    id: 'too-many',
    group: busy,
    title: '429 Too Many Requests',
    explanation: 'Nobody asks again before the time is up, and then not all at once.',
    parameters: [seconds(4, 'Retry-After')],
    begin: dropAll,
    answer: (exchange, values) => exchange.refuse(429, retryAfterHeader(values)),
  },
  {
    id: 'unavailable',
    group: busy,
    title: '503 with Retry-After',
    explanation: 'Down for maintenance, and says for how long. The wait is never undercut.',
    parameters: [seconds(6, 'Retry-After')],
    begin: dropAll,
    answer: (exchange, values) => exchange.refuse(503, retryAfterHeader(values)),
  },
  {
    id: 'cut',
    group: broken,
    title: 'Cut in mid-event',
    explanation:
      'Sends half an event and destroys the socket, once. It must come again, whole, and only once.',
    parameters: [],
    begin: (streams) => forAll(streams, (client) => client.cut()),
  },
  {
    id: 'stall',
    group: broken,
    title: 'Stall without closing',
    explanation: 'The open streams go silent, once. Only idleTimeout can notice.',
    parameters: [],
    begin: (streams) => forAll(streams, (client) => client.silence()),
  },
  {
    id: 'accept-and-drop',
    group: broken,
    title: 'Accept and drop',
    explanation:
      'Every stream is accepted and ended before an event has come. The budget must shrink all the same.',
    parameters: [seconds(8)],
    begin: dropAll,
    answer: (exchange) => exchange.acceptAndEnd(),
  },
];

function dropAll(streams: StreamServer): void {
  forAll(streams, (client) => client.drop());
}

/** On a busy machine, the server reads a request before the end of the stream that was dropped for it half a second ago. */
function acceptAlone(exchange: Exchange, patience: number): void {
  if (!exchange.hasStream()) exchange.accept();
  else if (patience <= 0) exchange.refuse(409);
  else exchange.later(lookEvery, () => acceptAlone(exchange, patience - lookEvery));
}

function forAll({ clients }: StreamServer, act: (client: Client) => void): void {
  for (const client of [...clients]) act(client);
}

function retryAfterHeader({ seconds: left = 0 }: FaultValues): Record<string, string> {
  return { 'Retry-After': String(left) };
}
