import type { ConnectionError, Failure } from '../machines/connection-error.ts';

// The statechart holds failures as plain data. Here is what was thrown underneath.

const lastErrors = new WeakMap<object, ConnectionError>();

/** Keeps the error of the latest failure of a connection. */
export function keepError(connection: object, error: ConnectionError): void {
  lastErrors.set(connection, error);
}

/** The `cause` of a failure, where it is the latest of its connection; one that gave up quotes the message. */
export function causeOf(connection: object, { message }: Failure): { readonly cause?: unknown } {
  const error = lastErrors.get(connection);
  return error && 'cause' in error && message.endsWith(error.message) ? { cause: error.cause } : {};
}
