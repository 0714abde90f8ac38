import type { EventStream, MessageBatch, Transport, TransportRequest } from '../../index.ts';

/** One request of a connection, answered by the test. */
export interface PlayedRequest {
  readonly request: TransportRequest;
  readonly signal: AbortSignal;
  readonly lastEventId: string;
  accept(details?: Pick<EventStream, 'resumedAfter'>): void;
  refuse(error: unknown): void;
  /** Sends messages whose IDs are their numbers, each with data of the same text. */
  send(...ids: (number | string)[]): void;
  batch(batch: Partial<MessageBatch>): void;
  end(): void;
  drop(error?: unknown): void;
}

/** A transport whose server is the test. */
export function playedTransport(unsafe = false, resumable = false) {
  const requests: PlayedRequest[] = [];
  const transport: Transport = (request, signal) => {
    let resolve = (_: EventStream): void => {};
    let reject = (_: unknown): void => {};
    const accepted = new Promise<EventStream>((...settle) => {
      [resolve, reject] = settle;
    });
    const { readable, writable } = new TransformStream<() => MessageBatch, () => MessageBatch>(
      {},
      { highWaterMark: Infinity },
      { highWaterMark: Infinity },
    );
    const writer = writable.getWriter();
    const ignore = () => {};
    writer.closed.catch(ignore);
    signal.addEventListener('abort', () => {
      reject(signal.reason);
      writer.abort(signal.reason).catch(ignore);
    });
    let lastEventId = '';
    async function* batches(): AsyncGenerator<MessageBatch, void> {
      for await (const read of readable) yield read();
    }
    requests.push({
      request,
      signal,
      lastEventId: request.lastEventId,
      accept(details = {}) {
        resolve(Object.assign(batches(), details));
      },
      refuse: (error) => reject(error),
      send(...ids) {
        const messages = ids.map((id) => ({ event: 'message', data: String(id), id: String(id) }));
        writer
          .write(() => {
            lastEventId = messages.at(-1)?.id ?? (lastEventId || request.lastEventId);
            return { messages, ownIds: true, lastEventId };
          })
          .catch(ignore);
      },
      batch(batch) {
        writer
          .write(() => {
            lastEventId =
              batch.lastEventId ?? batch.messages?.at(-1)?.id ?? (lastEventId || request.lastEventId);
            return { messages: [], ...batch, lastEventId };
          })
          .catch(ignore);
      },
      end: () => void writer.close().catch(ignore),
      drop: (error = new Error('reset')) => void writer.abort(error).catch(ignore),
    });
    return accepted;
  };
  return {
    transport: Object.assign(transport, { unsafe, resumable }),
    requests,
    /** The requests and streams that are alive. */
    get alive() {
      return requests.filter(({ signal }) => !signal.aborted);
    },
  };
}
