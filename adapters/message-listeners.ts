import type { Message } from '../machines/message.ts';
import type { ErrorReporter } from '../transports/report.ts';
import { Listeners } from './listeners.ts';

/** The listeners to the messages of a connection, by event, and the delivery of each batch to them. */
export function createMessageListeners(reporter: ErrorReporter) {
  const toAll = new Listeners<Message>();
  const byEvent = new Map([['*', toAll]]);
  /**
   * The message that is being delivered; undefined once a listener has closed the connection. Then the rest of the
   * batch is not delivered.
   */
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
     * @param tellUnnamed Called with each message whose event has no listener of its own.
     * @returns Whether the last message was delivered too.
     */
    deliver(messages: readonly Message[], tellUnnamed?: (message: Message) => void): boolean {
      // Most messages have the same event as the one before.
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
     * Ends the delivery of the batch.
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
