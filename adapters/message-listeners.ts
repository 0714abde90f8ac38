import type { Message } from '../machines/message.ts';
import type { ErrorReporter } from '../transports/report.ts';
import { Listeners } from './listeners.ts';

/** The listeners to the messages of a connection, by event, and how far the batch is that they are told of. */
export function createMessageListeners(reporter: ErrorReporter) {
  const toAll = new Listeners<Message>();
  const byEvent = new Map([['*', toAll]]);
  /** The message that is being delivered. The rest of its batch is not, once a listener closes the connection. */
  let current: Message | undefined;

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
      // Most messages are of the event of the one before.
      let event: string | undefined;
      let toEvent: Listeners<Message> | undefined;
      for (const message of messages) {
        current = message;
        if (!toEvent || message.event !== event) {
          ({ event } = message);
          toEvent = event === '*' ? undefined : byEvent.get(event);
        }
        if (toEvent) toEvent.call(message, reporter);
        else tellUnnamed?.(message);
        if (toAll.size > 0) toAll.call(message, reporter);
        if (!current) return message === messages.at(-1);
      }
      current = undefined;
      return true;
    },
    /**
     * Delivers nothing more of the batch.
     *
     * @returns The ID of the message that is being delivered; undefined when none is.
     */
    stop(): string | undefined {
      const id = current?.id;
      current = undefined;
      return id;
    },
  };
}
