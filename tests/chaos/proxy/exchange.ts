import { connect, type Socket } from 'node:net';
import type { CampaignClock } from '../campaign-clock.ts';
import { asksToWait } from '../oracle/verdict.ts';
import type { RetryAfter, ServedPlan } from './fault-plan.ts';
import { createMeter } from './response-meter.ts';
import { createSender } from './sender.ts';

/** One request of a client, and what is to become of it. */
export interface Exchange {
  readonly plan: ServedPlan;
  /** The request. */
  readonly head: string;
  readonly socket: Socket;
  readonly clock: CampaignClock;
  readonly originPort: number;
  /** When the attempt began, in milliseconds of the campaign. */
  readonly startedAt: number;
  /** The time limits that the client is set to, in milliseconds of the campaign. */
  readonly limits: {
    readonly connectTimeout: number;
    readonly idleTimeout: number;
    readonly maxRetryAfter: number;
  };
  /**
   * Logs the end of the exchange, always before the client can know of it.
   *
   * @param noticedAt When the client can know of it at the earliest, in milliseconds of the campaign.
   * @param floor How long it is asked to wait from then on.
   */
  readonly strike: (noticedAt: number, floor: number) => void;
}

/** Answers a request as its plan says. Resolves when the exchange is over. */
export async function serve(exchange: Exchange): Promise<void> {
  const { plan, socket, clock, strike } = exchange;
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  if (socket.destroyed) return;
  switch (plan.kind) {
    case 'refuse': // the request was on its way when the port was shut
    case 'drop':
      strike(clock.now(), 0);
      socket.resetAndDestroy();
      break;
    case 'garbage':
      strike(clock.now(), 0);
      socket.end(`${'HTTP/1.1 2OO \0'.slice(plan.surplus % 14)}${'~'.repeat(plan.surplus)}\r\n\r\n`);
      break;
    case 'status':
    case 'unauthorized':
    case 'no-content':
    case 'forbidden':
    case 'not-found':
    case 'gone':
    case 'second':
      refuseStream(exchange);
      if (plan.keepAlive && (!plan.unfinished || plan.status === 204)) return;
      break;
    default:
      if (await relay(exchange)) return;
  }
  await closed;
}

function refuseStream({ plan, socket, clock, limits, strike }: Exchange): void {
  const { status, retryAfter, keepAlive, unfinished, surplus } = plan;
  strike(clock.now(), asksToWait(retryAfter) ? Math.min(1_000, limits.maxRetryAfter) : 0);
  const body = status === 204 ? '' : 'x'.repeat(surplus);
  const length = `content-length: ${body.length + (unfinished ? 1 : 0)}`;
  const head = [
    `HTTP/1.1 ${status} Not now`,
    ...(status === 204 ? [] : ['content-type: text/plain', length]),
    ...Object.entries(acrossOrigins).map((field) => field.join(': ')),
    `connection: ${keepAlive ? 'keep-alive' : 'close'}`,
    ...retryAfterHeaders[retryAfter],
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  if (!keepAlive && (!unfinished || status === 204)) socket.end();
}

/** A page may come from elsewhere. The field that lets it read the answer is last: a head cut short is unreadable. */
export const acrossOrigins = {
  'Access-Control-Expose-Headers': 'Date, Retry-After',
  'Access-Control-Allow-Origin': '*',
};

const date = 'Date: Thu, 01 Jan 2026 00:00:00 GMT';

/** With a date, it is the server's clock that counts. */
const retryAfterHeaders: Record<RetryAfter, readonly string[]> = {
  none: [],
  zero: ['Retry-After: 0'],
  second: ['Retry-After: 1'],
  date: [date, 'Retry-After: Thu, 01 Jan 2026 00:00:01 GMT'],
  past: [date, 'Retry-After: Wed, 31 Dec 2025 23:59:59 GMT'],
  nonsense: ['Retry-After: soon'],
};

/** Carries the answer of the origin until the plan strikes. Tells whether the socket can be used again. */
async function relay(exchange: Exchange): Promise<boolean> {
  const { plan, head, socket, originPort } = exchange;
  const upstream = connect(originPort, '127.0.0.1').setNoDelay();
  const cut = () => void upstream.destroy();
  socket.once('close', cut);
  const before = createMeter(plan.framing, plan.place);
  const sender = createSender(exchange);
  let answered = false;
  // To HTTP/1.0 the origin answers without chunks, and ends with the connection.
  upstream.write(plan.framing === 'identity' ? head.replace('HTTP/1.1', 'HTTP/1.0') : head, 'latin1');
  try {
    for await (const chunk of upstream as AsyncIterable<Buffer>) {
      const bytes = answered ? chunk : withWrongLength(plan, chunk);
      answered = true;
      const count = before(bytes);
      if (count >= 0) return await sender.finish(bytes.subarray(0, count));
      await sender.send(bytes);
    }
    socket.end(); // the server itself has ended the stream, after its last word
  } catch {
    // The client has gone.
  } finally {
    socket.off('close', cut);
  }
  return false;
}

/** Puts a content length into the head, which the origin sends in one piece. */
function withWrongLength({ kind, place, surplus }: ServedPlan, head: Buffer): Buffer {
  if (kind !== 'length-short' && kind !== 'length-long') return head;
  const length = place.after + (kind === 'length-long' ? surplus : 0);
  const secondLine = head.indexOf('\n') + 1;
  const field = Buffer.from(`content-length: ${length}\r\n`);
  return Buffer.concat([head.subarray(0, secondLine), field, head.subarray(secondLine)]);
}
