import type { ServerResponse } from 'node:http';

/** The content of one of the paced messages. */
export interface Reading {
  /** Counted from 1. */
  readonly index: number;
  /** When it was written, on the wall clock in milliseconds. */
  readonly sentAt: number;
  readonly text: string;
}

/**
 * Sends `rate` messages a second, `count` in all: every millisecond those that are due, in one write, whether or not
 * the client keeps up.
 */
export function sendPaced(response: ServerResponse, rate: number, count: number): void {
  const start = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.min(count, Math.floor(((performance.now() - start) / 1_000) * rate));
    let text = '';
    for (const sentAt = Date.now(); sent < due; ) {
      sent += 1;
      const reading: Reading = { index: sent, sentAt, text: `the ${sent}th of many readings` };
      text += `id: ${sent}\ndata: ${JSON.stringify(reading)}\n\n`;
    }
    if (text !== '') response.write(text);
    if (sent === count || response.destroyed) clearInterval(timer);
  }, 1);
}
