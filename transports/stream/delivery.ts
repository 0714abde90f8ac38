import type { TransportEvent } from '../../machines/connection.ts';
import type { Message, MessageBatch } from '../../machines/message.ts';
import type { TransportActorSettings } from '../actor-options.ts';
import { namesOf, testOf } from '../app-functions.ts';
import { isExpected, keepAliveName, namedBy } from '../asked-for.ts';
import { createMessageCheck } from '../check-messages.ts';
import { batchParser } from '../parse.ts';
import type { ReplayMemory } from '../replays/replay-memory.ts';
import { schemasIn } from '../schemas.ts';

interface DeliveryOptions {
  readonly settings: TransportActorSettings;
  readonly memory: ReplayMemory;
  readonly connection: object;
  /** The stream is not wanted any more once it has aborted. */
  readonly signal: AbortSignal;
  readonly send: (event: TransportEvent) => void;
  /** The server has shown that it is there. */
  readonly onKeepAlive: () => void;
  /** Messages came whose events nobody asked for. */
  readonly onUnasked: (names: readonly string[]) => void;
  /** The server has closed the connection with a message of `closeOn`. */
  readonly onClosingMessage: () => void;
}

/** Makes what reports the batches of a stream: all of a batch in one event. */
export function createDelivery(options: DeliveryOptions) {
  const { settings, memory, connection, signal, send, onKeepAlive, onUnasked, onClosingMessage } = options;
  const { parse, idleTimeout, closeOn, keepAlive, refreshOn, receivedAt, clock, reportError } = settings;
  const parseBatch = batchParser(parse, reportError);
  const closingNames = namesOf(closeOn);
  const closingTest = testOf(closeOn, reportError);
  const expiringNames = namesOf(refreshOn);
  const aliveNames = keepAlive === undefined ? undefined : namesOf(keepAlive);
  const aliveTest = testOf(keepAlive, reportError);
  const named = namedBy(settings);
  const schemas = schemasIn(settings.events);
  const check =
    schemas &&
    createMessageCheck({
      schemas,
      settings,
      connection,
      signal,
      onUnknown(event) {
        if (!isExpected(event, named)) onUnasked([event]);
      },
    });
  let hasProgressed = false;
  /** Resolves once what was taken so far is delivered, while a schema takes its time. */
  let pending: Promise<void> | undefined;

  function isKeepAlive(message: Message): boolean {
    if (aliveTest) return aliveTest(message);
    return aliveNames ? aliveNames.includes(message.event) : keepAliveName.test(message.event);
  }

  function stamped(messages: readonly Message[]): readonly Message[] {
    if (!receivedAt) return messages;
    const at = clock.now();
    return messages.map((message) => ({ ...message, receivedAt: at }));
  }

  function deliver(batch: MessageBatch): void | Promise<void> {
    const upToNamed = upTo(
      batch.messages,
      closingNames.length > 0 && ((one) => closingNames.includes(one.event)),
    );
    const parsed = stamped(parseBatch(upToNamed ?? batch.messages));
    const tested = upTo(parsed, closingTest);
    const messages = tested ?? parsed;
    const last = (tested ?? upToNamed)?.at(-1);
    if (idleTimeout === 'auto' && messages.some(isKeepAlive)) onKeepAlive();

    const checked = check ? check(messages, last) : messages;
    if (checked instanceof Promise) return checked.then((passed) => announce(batch, passed, last));
    return announce(batch, checked, last);
  }

  function announce(batch: MessageBatch, messages: readonly Message[], last: Message | undefined): void {
    const { retry } = batch;
    if (signal.aborted) return;
    if (batch.messages.length === 0 && batch.lastEventId === memory.lastEventId && retry === undefined)
      return;
    const isNews = !(hasProgressed || batch.lastEventId === '' || memory.hasSeen(batch.lastEventId));
    memory.remember(batch);
    // Messages that follow the one that closes are not delivered, and so not received.
    send({ type: 'stream.messages', messages, lastEventId: last?.id ?? batch.lastEventId, retry });

    if (isNews) send({ type: 'stream.progressed' });
    hasProgressed ||= isNews;
    if (expiringNames.length > 0 && batch.messages.some(({ event }) => expiringNames.includes(event))) {
      send({ type: 'stream.expiring' });
    }
    if (last) onClosingMessage();
  }

  return {
    get pending() {
      return pending;
    },
    /** Delivers a batch, after those before it. */
    take(batch: MessageBatch): void {
      const delivered = pending ? pending.then(() => deliver(batch)) : deliver(batch);
      if (!delivered) return;
      const done = delivered.then(() => {
        if (pending === done) pending = undefined;
      });
      pending = done;
    },
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
