import { ConnectionError, isConnectionError } from '../machines/connection-error.ts';

/** Turns whatever a transport threw into a {@link ConnectionError}; one that it is already stays as it is. */
export function asConnectionError(cause: unknown, what = 'The transport failed'): ConnectionError {
  if (isConnectionError(cause)) return cause;
  const code = codeOf(cause);
  return new ConnectionError('network', `${what}${code ? ` (${code})` : ''}.`, { cause });
}

/** The system's word for a fault, such as `ECONNREFUSED`. A whole message may quote the URL, so it stays out. */
function codeOf(error: unknown, depth = 0): string | undefined {
  if (typeof error !== 'object' || error === null || depth > 4) return undefined;
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return typeof code === 'string' && /^[A-Z][A-Z\d_]+$/.test(code) ? code : codeOf(cause, depth + 1);
}
