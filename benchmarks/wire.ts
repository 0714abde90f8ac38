import type { ServerResponse } from 'node:http';
import { period, type WorkloadName, type Writes, wireOf } from './workloads.ts';

const blockSize = 2 ** 16;

/**
 * Sends the requested stream as fast as the socket takes it, and leaves it open. After the client has gone, nothing
 * waits for the socket to drain.
 */
export async function sendWire(response: ServerResponse, query: URLSearchParams): Promise<void> {
  const { events } = wireOf(query.get('workload') as WorkloadName);
  const writes = query.get('writes') as Writes;
  const thousands = Number(query.get('thousands'));
  const laps = (thousands * 1_000) / period;
  for (const piece of writes === 'event' ? repeat(events, laps) : blocks(Buffer.concat(events), laps)) {
    if (response.destroyed) return;
    if (!response.write(piece)) await new Promise<void>((resolve) => response.once('drain', resolve));
  }
}

function* repeat(events: readonly Buffer[], laps: number): Generator<Buffer> {
  for (let lap = 0; lap < laps; lap += 1) yield* events;
}

/** The same bytes in blocks of one size, which may begin and end anywhere. */
function* blocks(lap: Buffer, laps: number): Generator<Buffer> {
  // Two laps and a block more: every block is a part of it.
  const round = Buffer.concat([...Array(Math.ceil(blockSize / lap.length) + 1).keys()].map(() => lap));
  const total = lap.length * laps;
  for (let at = 0; at < total; at += blockSize) {
    const start = at % lap.length;
    yield round.subarray(start, start + Math.min(blockSize, total - at));
  }
}
