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
  /** Aborts when the stream is not wanted any more. */
  readonly signal: AbortSignal;
  readonly send: (event: TransportEvent) => void;
  /** A keep-alive came. */
  readonly onKeepAlive: () => void;
  /** Messages came that nobody asked for, with these event names. */
  readonly onUnasked: (names: readonly string[]) => void;
  /** A message of `closeOn` came. */
  readonly onClosingMessage: () => void;
}

/** Reports the batches of a stream to the statechart: one event for each batch. */
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
  /** Resolves once everything taken so far is delivered; undefined when it is. */
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
    // Messages after the closing one are not delivered, so their IDs do not count.
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
    /** Delivers a batch after those that came before it. */
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

/** The messages up to the first one that passes the test, included; undefined when none does. */
function upTo(
  messages: readonly Message[],
  test: ((message: Message) => boolean) | undefined | false,
): readonly Message[] | undefined {
  const end = test ? messages.findIndex(test) : -1;
  return end < 0 ? undefined : messages.slice(0, end + 1);
}
