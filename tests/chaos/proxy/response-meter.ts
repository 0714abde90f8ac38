import type { FaultPlan, Place } from './fault-plan.ts';

/**
 * Follows the bytes of a response and finds the place in it where a plan strikes.
 *
 * @returns A function that takes the next bytes and tells how many of them come before that place; -1 when all do.
 */
export function createMeter(framing: FaultPlan['framing'], place: Place): (bytes: Uint8Array) => number {
  let region: 'head' | 'boundary' | 'size' | 'first' | 'data' | 'tail' = 'head';
  let lineFeeds = 0;
  let headCount = 0;
  let bodyCount = 0;
  let size = '';
  let left = 0;

  function reached(): boolean {
    if (place.part === 'head') return headCount >= place.after || region !== 'head';
    if (region === 'head' || bodyCount < place.after) return false;
    return place.part === 'body' || framing === 'identity' || place.part === region;
  }

  function step(byte: number): void {
    if (region !== 'head') bodyCount += 1;
    switch (region) {
      case 'head':
        headCount += 1;
        if (byte === lineFeed) lineFeeds += 1;
        else if (byte !== carriageReturn) lineFeeds = 0;
        if (lineFeeds === 2) region = framing === 'chunked' ? 'boundary' : 'data';
        return;
      case 'boundary':
      case 'size':
        region = 'size';
        size += String.fromCharCode(byte);
        if (byte !== lineFeed) return;
        left = Number.parseInt(size, 16);
        size = '';
        region = left > 0 ? 'first' : 'tail';
        return;
      case 'first':
      case 'data':
        left -= 1;
        region = left === 0 ? 'tail' : 'data';
        return;
      case 'tail':
        if (byte === lineFeed) region = 'boundary';
    }
  }

  return (bytes) => {
    let index = 0;
    for (const byte of bytes) {
      if (reached()) return index;
      step(byte);
      index += 1;
    }
    return reached() ? bytes.length : -1;
  };
}

const lineFeed = 10;
const carriageReturn = 13;
