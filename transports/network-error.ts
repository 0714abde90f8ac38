import { ConnectionError, isConnectionError } from '../machines/connection-error.ts';

/**
 * Turns any value that a transport threw into a {@link ConnectionError}. One that is a ConnectionError is returned as
 * it is, and its plain form (from a worker, say) is made into one.
 */
export function asConnectionError(cause: unknown, what = 'The transport failed'): ConnectionError {
  if (isConnectionError(cause)) {
    return 'toJSON' in cause ? cause : new ConnectionError(cause.kind, cause.message, cause);
  }
  const code = codeOf(cause) ?? codeOf((cause as Error | undefined)?.cause);
  return new ConnectionError('network', code ? `${what} (${code}).` : `${what}.`, { cause });
}

/**
 * Whether a thrown value is a bug in the app's code. `fetch` throws a TypeError for a lost network too, so the
 * wording of the engine decides.
 */
export function isProgrammingError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { name, message } = error;
  return (
    name === 'ReferenceError' || name === 'RangeError' || (name === 'TypeError' && engineWords.test(message))
  );
}

/** The wording of V8, SpiderMonkey and JavaScriptCore. */
const engineWords =
  /\bis (undefined|null|not (defined|iterable|an? (function|object|constructor|iterable)))\b|^can(not|'t) (read|set|access|destructure|convert) /i;

/**
 * Whether a `fetch` rejects the URL that it was given, by the messages of Node, Deno, Bun, browsers and node-fetch.
 * For the URL of a redirect, the message is in the `cause`, and does not count.
 */
export function isInvalidUrl(error: unknown): boolean {
  const { code, message } = Object(error) as { readonly code?: unknown; readonly message?: unknown };
  return code === 'ERR_INVALID_URL' || urlWords.test(String(message));
}

const urlWords = /\b(invalid|parse|valid|absolute) urls?\b|\burl is (invalid|not valid)\b/i;

/** The system's code of an error, such as `ECONNREFUSED`. The message is left out, because it may quote the URL. */
function codeOf(error: unknown): string | undefined {
  const code = String((error as { code?: unknown } | undefined)?.code);
  return /^[A-Z_]{3,}$/.test(code) ? code : undefined;
}
