import type { ConnectionError, Failure } from '../machines/connection-error.ts';

// The statechart holds failures as plain data. This file keeps the errors that they were made from.

const lastErrors = new WeakMap<object, ConnectionError>();

/** Keeps the error of the latest failure of a connection. */
export function keepError(connection: object, error: ConnectionError): void {
  lastErrors.set(connection, error);
}

/**
 * The `cause` of a failure, if it is the latest of its connection. When a connection gives up, the message ends with
 * that of the error.
 */
export function causeOf(connection: object, { message }: Failure): { readonly cause?: unknown } {
  const error = lastErrors.get(connection);
  return error && 'cause' in error && message.endsWith(error.message) ? { cause: error.cause } : {};
}
