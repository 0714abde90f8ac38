import type { Connection, ConnectionState } from './connection.ts';

/**
 * Closes a connection when a signal aborts.
 *
 * @param isRendered The connection may be thrown away before it is opened: until then nothing may hold on to it.
 * @returns A function to be told of every state. The signal may outlive thousands of connections, so it is listened to
 * only while the connection may send something without a word of the app.
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
    // To add a listener that is there already does nothing.
    if (isOver) signal.removeEventListener('abort', close);
    else signal.addEventListener('abort', close);
  };
}
