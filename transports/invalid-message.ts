import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Message } from '../machines/message.ts';

/**
 * The error for a message that was left out because its schema refuses its data, or because `events` does not name
 * it. The last event ID moves past it. Its `message`, like the `issues`, may quote the data.
 */
export class InvalidMessage extends Error {
  override readonly name = 'InvalidMessage';
  /** The event name. */
  readonly event: string;
  /**
   * The last event ID when the message came; empty where there is none, and for an event that `events` does not name.
   */
  readonly id: string;
  /** The issues that the schema found; none when it threw or did not answer (see `cause`). */
  readonly issues: readonly StandardSchemaV1.Issue[];

  constructor(
    message: string,
    { event, id }: Pick<Message, 'event' | 'id'>,
    issues: readonly StandardSchemaV1.Issue[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.event = event;
    this.id = id;
    this.issues = issues;
  }
}

const counts = new WeakMap<object, number>();

/** Counts a message that its schema refuses. */
export function countInvalid(connection: object): void {
  counts.set(connection, invalidOf(connection) + 1);
}

/** How many messages of a connection its schemas have refused. */
export function invalidOf(connection: object): number {
  return counts.get(connection) ?? 0;
}
