/** The cost of a flood of records for a page. Times in milliseconds. */
export interface Cost {
  readonly median: number;
  readonly most: number;
  readonly worst: number;
  readonly longestTask: number;
  readonly frames: number;
}

/**
 * Sends as many records as `total`, as an inspector would of a connection that fails again and again, and measures the
 * frames meanwhile. `perFrame` of them come at a time; all in one go by default.
 */
export async function flood(total: number, perSecond = Infinity): Promise<Cost> {
  let longestTask = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longestTask = Math.max(longestTask, duration);
  });
  observer.observe({ type: 'longtask' });
  const frames: number[] = [];
  const start = performance.now();
  let last = await nextFrame();
  let sent = 0;
  for (let after = 0; after < 20; ) {
    const due = Math.min(total, Math.ceil(((performance.now() - start) / 1_000) * perSecond) || 0);
    for (const end = perSecond === Infinity ? total : due; sent < end; sent += 1)
      window.pageApi.receive(failureRound(sent));
    const now = await nextFrame();
    frames.push(now - last);
    last = now;
    if (sent === total) after += 1;
  }
  await new Promise((resolve) => setTimeout(resolve)); // the observer is told of the last task after it
  observer.disconnect();
  const sorted = frames.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { median: at(0.5), most: at(0.95), worst: at(1), longestTask, frames: frames.length };
}

const settings = {
  maxRetries: 8,
  retryDelay: 1_000,
  maxRetryDelay: 30_000,
  retryFactor: 2,
  jitter: 'full',
  stableAfter: 5_000,
};

/** Round and round: open, messages, refused, connecting. */
const round: readonly { type: string; value: object; [more: string]: unknown }[] = [
  { type: 'request.accepted', value: { live: { open: 'fresh' } } },
  { type: 'stream.messages', value: { live: { open: 'fresh' } }, messages: 34, batches: 3 },
  {
    type: 'stream.failed',
    value: { backoff: 'waiting' },
    error: { kind: 'http', status: 503, message: 'The server answered 503.' },
  },
  { type: 'xstate.after.retryDelay.connection.backoff.waiting', value: { live: 'connecting' } },
];

/** The record at a place in the endless run of a connection `flood`. */
export function failureRound(index: number) {
  const at = Date.now();
  const { value, ...event } = round[index % round.length] ?? { type: 'open', value: {} };
  const isWaiting = 'backoff' in value;
  return {
    type: '@xstate.snapshot',
    sessionId: 'flood',
    rootId: 'flood',
    id: '',
    _version: '0.7.2',
    createdAt: String(at),
    event,
    snapshot: {
      status: 'active',
      value,
      context: {
        settings,
        retries: isWaiting ? 1 : 0,
        retryDelay: isWaiting ? 420 : null,
        retryAt: isWaiting ? at + 420 : null,
        previousBackoff: isWaiting ? 420 : 0,
        chargedAt: isWaiting ? at : null,
        notBefore: at,
        lastEventId: String(index),
        serverRetry: null,
        error: event['error'] ?? null,
        openedAt: at,
        attempts: Math.floor((index + 1) / round.length) + 1,
        closeReason: null,
      },
    },
  };
}

function nextFrame(): Promise<number> {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}
