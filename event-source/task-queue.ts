import type { MessageBatch } from '../machines/message.ts';
import type { EventStream, Transport } from '../transports/transport.ts';

/**
 * Calls functions in order, each in a task of its own, as the standard dispatches events. Promises that one call
 * resolves are settled before the next call. So `close()` after an `await` is in time.
 */
export class TaskQueue {
  /** Resolves when all that was added has been called. */
  running: Promise<void> | undefined;
  #calls: (() => void)[] = [];

  add(call: () => void): void {
    this.#calls.push(call);
    this.running ??= this.#run();
  }

  async #run(): Promise<void> {
    for (const call of this.#calls) {
      await nextTask();
      call();
    }
    this.#calls = [];
    this.running = undefined;
  }
}

/** A transport that reads on only when the queue is empty, so that the server is no faster than the listeners. */
export function atPaceOf(queue: TaskQueue, transport: Transport): Transport {
  const open: Transport = async (request, signal) => {
    const stream = await transport(request, signal);
    return Object.assign(paced(queue, stream), { resumedAfter: stream.resumedAfter });
  };
  return Object.assign(open, transport);
}

async function* paced(queue: TaskQueue, stream: EventStream): AsyncGenerator<MessageBatch, void> {
  for await (const batch of stream) {
    yield batch;
    await queue.running;
  }
}

let channel: MessageChannel | undefined;
const waiting: (() => void)[] = [];

/** Not a timer, which a hidden page slows down. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else if (typeof MessageChannel === 'function') {
      channel ??= new MessageChannel();
      channel.port1.onmessage = () => waiting.shift()?.();
      waiting.push(resolve);
      channel.port2.postMessage(null);
    } else setTimeout(resolve);
  });
}

declare const setImmediate: (callback: () => void) => unknown;
