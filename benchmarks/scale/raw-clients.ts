import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Streams to open by bare sockets, which take what comes and look at next to nothing. */
export interface RawJob {
  readonly port: number;
  readonly count: number;
  /** Of the first one: each has a user of its own. */
  readonly firstUser: number;
  readonly isSecure: boolean;
}

export type RawRequest = 'measure' | 'await end' | 'report';

export interface RawReport {
  readonly open: number;
  /** How many have received the last event. */
  readonly finished: number;
  /** From the making of an event to its arrival, in milliseconds, of one socket in twenty. */
  readonly delays: readonly number[];
  readonly bytes: number;
}

const job: RawJob = JSON.parse(process.argv[2] ?? '');
let open = 0;
let finished = 0;
let delays: number[] = [];
let bytes = 0;
let awaitsEnd = false;

for (let index = 0; index < job.count; index += 50) {
  const batch = Array.from({ length: Math.min(50, job.count - index) }, (_, place) => openOne(index + place));
  await Promise.all(batch);
}
process.send?.('opened');

process.on('message', (request: RawRequest) => {
  if (request === 'await end') awaitsEnd = true;
  if (request === 'measure') [delays, bytes] = [[], 0];
  if (request === 'report') process.send?.({ open, finished, delays, bytes } satisfies RawReport);
});
process.once('disconnect', () => process.exit());

function openOne(index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const { port, isSecure, firstUser } = job;
    const socket: Socket = isSecure
      ? connectTls({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false })
      : connect({ port, host: '127.0.0.1' });
    const isSampled = index % 20 === 0;
    let isOpen = false;
    socket.write(`GET /events?token=user-${firstUser + index} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      if (!isOpen) {
        const [status = ''] = chunk.toString('latin1').split('\r\n');
        if (!status.includes(' 200 ')) return reject(new Error(status));
        isOpen = true;
        open += 1;
        resolve();
      }
      if (isSampled) {
        const place = chunk.lastIndexOf('"at":');
        const at = place < 0 ? '' : chunk.toString('latin1', place + 5, place + 18);
        if (/^\d{13}$/.test(at)) delays.push(Date.now() - Number(at));
      }
      if (awaitsEnd && chunk.includes('"isLast":true')) finished += 1;
    });
    socket.once('error', reject);
    socket.once('close', () => {
      if (isOpen) open -= 1;
    });
  });
}
