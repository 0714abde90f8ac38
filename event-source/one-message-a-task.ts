import type { MessageBatch } from '../machines/message.ts';
import type { EventStream, Transport } from '../transports/transport.ts';

/**
 * A transport that hands over each message in a task of its own, as the standard dispatches events: whatever promises a
 * listener has resolved are settled before the next event. So `close()` after an `await` is in time.
 */
export function oneMessageATask(transport: Transport): Transport {
  const open: Transport = async (request, signal) => {
    const stream = await transport(request, signal);
    return Object.assign(oneByOne(stream), { resumedAfter: stream.resumedAfter });
  };
  return Object.assign(open, transport);
}

async function* oneByOne(stream: EventStream): AsyncGenerator<MessageBatch, void> {
  try {
    for await (const batch of stream) {
      const { messages, ownIds, lastEventId, ...rest } = batch;
      const last = messages.length - 1;
      if (last < 0) yield batch;
      for (const [index, message] of messages.entries()) {
        await nextTask();
        yield {
          ...(index === 0 && rest),
          messages: [message],
          ownIds: typeof ownIds === 'object' ? ownIds[index] : ownIds,
          lastEventId: index < last ? message.id : lastEventId,
        };
      }
    }
  } finally {
    await nextTask(); // the error event is one of its own too
  }
}

/** Waits for the next task. A timer would be slowed down in a page that is hidden. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else if (typeof MessageChannel === 'function') {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    } else setTimeout(resolve);
  });
}

declare const setImmediate: (callback: () => void) => unknown;
