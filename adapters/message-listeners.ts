import type { Message } from '../machines/message.ts';
import type { ErrorReporter } from '../transports/report.ts';
import { Listeners } from './listeners.ts';

/** The listeners to the messages of a connection, by event, and how far the batch is that they are told of. */
export function createMessageListeners(reporter: ErrorReporter) {
  const toAll = new Listeners<Message>();
  const byEvent = new Map([['*', toAll]]);
  /** The batch that is being delivered, and how far: the rest of it is not, once a listener closes the connection. */
  let batch: readonly Message[] = [];
  let at = 0;

  return {
    /** Whether there was ever a listener to some event by its name. */
    get areNamed() {
      return byEvent.size > 1;
    },
    add(event: string, listener: (message: never) => void): () => void {
      const known = byEvent.get(event) ?? new Listeners<Message>();
      byEvent.set(event, known);
      return known.add(listener as (message: Message) => void);
    },
    /**
     * @param tellUnnamed Is told of the messages whose name nobody has listened to.
     * @returns Whether the last message was delivered too.
     */
    deliver(messages: readonly Message[], tellUnnamed?: (message: Message) => void): boolean {
      batch = messages;
      // Most messages are of the event of the one before.
      let event: string | undefined;
      let toEvent: Listeners<Message> | undefined;
      for (at = 0; at < batch.length; at += 1) {
        const message = batch[at] as Message;
        if (!toEvent || message.event !== event) {
          ({ event } = message);
          toEvent = event === '*' ? undefined : byEvent.get(event);
        }
        if (toEvent) toEvent.call(message, reporter);
        else tellUnnamed?.(message);
        toAll.call(message, reporter);
      }
      batch = [];
      return at >= messages.length;
    },
    /**
     * Delivers nothing more of the batch.
     *
     * @returns The ID of the message that is being delivered; undefined when none is.
     */
    stop(): string | undefined {
      const id = batch[at]?.id;
      batch = [];
      return id;
    },
  };
}
