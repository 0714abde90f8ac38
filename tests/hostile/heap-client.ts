import { type ConnectionOptions, createConnection } from '../../index.ts';

/** The stream that the client is asked to read. */
export interface HeapJob {
  readonly url: string;
  readonly options: ConnectionOptions;
}

/** The outcome of the job. */
export interface HeapReport {
  readonly status: string;
  readonly error: { readonly kind: string; readonly message: string } | null;
  readonly messages: number;
  readonly lastEventId: string;
  /** The heap that is still in use, in MB, while the connection that has ended is held. */
  readonly heldMegabytes: number;
}

// Runs in a process of its own, whose heap is so small that it ends when something grows without bound.
process.on('message', ({ url, options }: HeapJob) => {
  const connection = createConnection(url, { ...options, maxRetries: 0 });
  let messages = 0;
  connection.on('*', () => {
    messages += 1;
  });
  connection.subscribe(({ status, error, lastEventId }) => {
    if (status !== 'failed') return;
    setImmediate(async () => {
      globalThis.gc?.();
      const heldMegabytes = process.memoryUsage().heapUsed / 2 ** 20;
      const report: HeapReport = {
        status,
        error: error?.toJSON() ?? null,
        messages,
        lastEventId,
        heldMegabytes,
      };
      process.send?.(report);
      await connection[Symbol.asyncDispose]();
    });
  });
});
