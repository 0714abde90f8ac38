import { setImmediate as turn } from 'node:timers/promises';
import type { Exchange } from './exchange.ts';

/** Sends the bytes of a response at the pace of its plan, and ends it as the plan says. */
export function createSender({ plan, socket, clock, startedAt, limits, strike }: Exchange) {
  const { kind, place, split, delay, framing, keepAlive, surplus } = plan;
  let sent = 0;
  let paused = delay.ms === 0;

  async function send(bytes: Uint8Array, beforeLast = () => {}): Promise<void> {
    for (let offset = 0; offset < bytes.length; ) {
      if (sent === delay.at && !paused) {
        paused = true;
        await clock.sleep(delay.ms);
      }
      if (socket.destroyed) return;
      const alone = sent >= split.from && sent < split.from + split.count;
      const stops = [delay.at, split.from].filter((stop) => stop > sent).map((stop) => stop - sent);
      const count = alone ? 1 : Math.min(bytes.length - offset, ...stops);
      const last = offset + count === bytes.length;
      if (last) beforeLast();
      socket.write(bytes.subarray(offset, offset + count));
      offset += count;
      sent += count;
      // The client reads the byte before the next one is sent. After the last one it may already know the end.
      if (alone && !last) await turn();
    }
    if (bytes.length === 0) beforeLast();
  }

  function log(): void {
    if (kind !== 'stall') strike(clock.now(), 0);
    else if (place.part === 'head') strike(startedAt + limits.connectTimeout, 0);
    else strike(clock.now() + limits.idleTimeout, 0);
  }

  return {
    /** Sends what comes before the end. */
    send: (bytes: Uint8Array) => send(bytes),

    /** Sends the last bytes and ends the exchange. Tells whether the socket can be used again. */
    async finish(bytes: Uint8Array): Promise<boolean> {
      await send(bytes, log);
      if (socket.destroyed) return false;
      switch (kind) {
        case 'stall':
          return false;
        case 'reset':
          socket.resetAndDestroy();
          return false;
        case 'bad-chunk':
          socket.end('zz\r\nno chunk\r\n');
          return false;
        case 'length-short':
          socket.end('x'.repeat(surplus));
          return false;
        case 'end':
          if (framing === 'chunked') socket.write('0\r\n\r\n');
          if (framing === 'chunked' && keepAlive) return true;
          break;
      }
      socket.end();
      return false;
    },
  };
}
