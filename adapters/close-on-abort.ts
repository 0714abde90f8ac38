import type { Connection, ConnectionState } from './connection.ts';

/**
 * Closes a connection when a signal aborts.
 *
 * @param isRendered The render that made the connection may be discarded. So until it is opened, nothing may keep a
 * reference to it.
 * @returns A function to call with every state. It listens to the signal only while the connection may send something
 * by itself, because the signal may outlive thousands of connections.
 */
export function closeOnAbort(
  signal: AbortSignal,
  connection: Pick<Connection, 'close'>,
  isRendered: boolean,
): (state: ConnectionState) => void {
  const close = () => connection.close();

  return ({ status, closeReason, error }) => {
    const isOver =
      status === 'closed'
        ? closeReason !== 'paused' && (closeReason !== null || isRendered)
        : status === 'failed' && error?.kind !== 'exhausted';
    // Adding the same listener again has no effect.
    if (isOver) signal.removeEventListener('abort', close);
    else signal.addEventListener('abort', close);
  };
}
