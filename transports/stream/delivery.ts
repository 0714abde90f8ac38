import type { TransportEvent } from '../../machines/connection.ts';
import type { Message, MessageBatch } from '../../machines/message.ts';
import type { TransportActorSettings } from '../actor-options.ts';
import { namesOf, testOf } from '../app-functions.ts';
import { keepAliveName } from '../asked-for.ts';
import { batchParser } from '../parse.ts';
import type { ReplayMemory } from '../replays/replay-memory.ts';

interface DeliveryOptions {
  readonly settings: TransportActorSettings;
  readonly memory: ReplayMemory;
  readonly send: (event: TransportEvent) => void;
  /** The server has shown that it is there. */
  readonly onKeepAlive: () => void;
  /** The server has closed the connection with a message of `closeOn`. */
  readonly onClosingMessage: () => void;
}

/** Makes the function that reports what a stream brings: all of a batch in one event. */
export function createDelivery({ settings, memory, send, onKeepAlive, onClosingMessage }: DeliveryOptions) {
  const { parse, idleTimeout, closeOn, keepAlive, refreshOn, reportError } = settings;
  const parseBatch = batchParser(parse, reportError);
  const closingNames = namesOf(closeOn);
  const closingTest = testOf(closeOn, reportError);
  const expiringNames = namesOf(refreshOn);
  const aliveNames = keepAlive === undefined ? undefined : namesOf(keepAlive);
  const aliveTest = testOf(keepAlive, reportError);
  let hasProgressed = false;

  function isKeepAlive(message: Message): boolean {
    if (aliveTest) return aliveTest(message);
    return aliveNames ? aliveNames.includes(message.event) : keepAliveName.test(message.event);
  }

  return (batch: MessageBatch): void => {
    const { retry } = batch;
    if (batch.messages.length === 0 && batch.lastEventId === memory.lastEventId && retry === undefined)
      return;
    const isNews = !(hasProgressed || batch.lastEventId === '' || memory.hasSeen(batch.lastEventId));
    memory.remember(batch);

    const named = upTo(
      batch.messages,
      closingNames.length > 0 && ((one) => closingNames.includes(one.event)),
    );
    const parsed = parseBatch(named ?? batch.messages);
    const tested = upTo(parsed, closingTest);
    const messages = tested ?? parsed;
    const last = (tested ?? named)?.at(-1);
    // What follows the message that closes is not delivered, and so not received.
    send({ type: 'stream.messages', messages, lastEventId: last?.id ?? batch.lastEventId, retry });

    if (isNews) send({ type: 'stream.progressed' });
    hasProgressed ||= isNews;
    if (idleTimeout === 'auto' && messages.some(isKeepAlive)) onKeepAlive();
    if (expiringNames.length > 0 && batch.messages.some(({ event }) => expiringNames.includes(event))) {
      send({ type: 'stream.expiring' });
    }
    if (last) onClosingMessage();
  };
}

/** The messages up to the first that passes a test, and that one; undefined where none does. */
function upTo(
  messages: readonly Message[],
  test: ((message: Message) => boolean) | undefined | false,
): readonly Message[] | undefined {
  const end = test ? messages.findIndex(test) : -1;
  return end < 0 ? undefined : messages.slice(0, end + 1);
}
