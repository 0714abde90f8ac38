import { ConnectionError, isConnectionError } from '../machines/connection-error.ts';

/**
 * Turns whatever a transport threw into a {@link ConnectionError}; one that it is already stays as it is,
 * and its plain form, as out of a worker, becomes one.
 */
export function asConnectionError(cause: unknown, what = 'The transport failed'): ConnectionError {
  if (isConnectionError(cause)) {
    return 'toJSON' in cause ? cause : new ConnectionError(cause.kind, cause.message, cause);
  }
  const code = codeOf(cause) ?? codeOf((cause as Error | undefined)?.cause);
  return new ConnectionError('network', code ? `${what} (${code}).` : `${what}.`, { cause });
}

/**
 * Whether what was thrown tells of a fault in the code of an app. A `fetch` throws a TypeError for a lost network too,
 * so that the words of the engines have to tell.
 */
export function isProgrammingError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { name, message } = error;
  return (
    name === 'ReferenceError' || name === 'RangeError' || (name === 'TypeError' && engineWords.test(message))
  );
}

/** Of V8, SpiderMonkey and JavaScriptCore. */
const engineWords =
  /\bis (undefined|null|not (defined|iterable|an? (function|object|constructor|iterable)))\b|^can(not|'t) (read|set|access|destructure|convert) /i;

/**
 * Whether a `fetch` rejects the URL that it is given, in the words of Node, Deno, Bun, browsers and node-fetch. One that a
 * redirect leads to is deeper, in the `cause`.
 */
export function isInvalidUrl(error: unknown): boolean {
  const { code, message } = Object(error) as { readonly code?: unknown; readonly message?: unknown };
  return code === 'ERR_INVALID_URL' || urlWords.test(String(message));
}

const urlWords = /\b(invalid|parse|valid|absolute) urls?\b|\burl is (invalid|not valid)\b/i;

/** The system's word for a fault, such as `ECONNREFUSED`. A whole message may quote the URL, so it stays out. */
function codeOf(error: unknown): string | undefined {
  const code = String((error as { code?: unknown } | undefined)?.code);
  return /^[A-Z_]{3,}$/.test(code) ? code : undefined;
}
