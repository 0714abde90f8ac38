import { ConnectionError, type FailureKind } from '../../machines/connection-error.ts';
import { undone } from '../../machines/policy.ts';
import { isSafe } from '../transport.ts';
import { type Detour, detours } from './redirect.ts';
import { retryAfterOf } from './retry-after.ts';

/** The refusals that have a word and a sentence of their own. */
const refusals: Record<number, [FailureKind, string]> = {
  204: ['ended', 'there is nothing more to come'],
  401: ['unauthorized', 'sign in, then reconnect'],
  403: ['forbidden', 'no access to this stream'],
};

/** An answer, as far as it tells whether it is a stream. */
interface Answer {
  readonly status: number;
  readonly headers: Pick<Headers, 'get'>;
}

/** Tells why an answer is no event stream; `undefined` when it is one. */
export function refusalOf(
  { status, headers }: Answer,
  method = 'GET',
  detour?: Detour,
): ConnectionError | undefined {
  const isStream = essenceOf(headers.get('content-type')) === 'text/event-stream';
  // A server may stream what becomes of something that it has created or accepted.
  if (isStream && (status === 200 || (!isSafe(method) && (status === 201 || status === 202))))
    return undefined;
  const why = detour && `the server ${detours[detour]}`;
  if (status !== 200) {
    const [kind, meaning] = refusals[status] ?? ['http', 'no stream here'];
    // It did something, although not what it was asked for last.
    const isTelling = detour !== 'result' || !undone.includes(status);
    // Another token would not get there either.
    const isForeign = kind === 'unauthorized' && detour === 'elsewhere';
    return new ConnectionError(
      isForeign || !isTelling ? 'http' : kind,
      `The server answered ${status}: ${why ?? meaning}.`,
      { status: isTelling ? status : undefined, retryAfter: retryAfterOf(headers) },
    );
  }
  const message = `The answer is not a text/event-stream${why ? `: ${why}` : '. Check the URL'}.`;
  return new ConnectionError('content-type', message, { status });
}

/**
 * Of several types, such as a proxy that adds its own makes them, the last that is one counts.
 *
 * @see https://fetch.spec.whatwg.org/#concept-header-extract-mime-type
 */
function essenceOf(contentType: string | null): string | undefined {
  const values = contentType?.match(/([^,"]|"(\\.|[^"\\])*"?)+/g) ?? []; // a comma within quotes divides nothing
  const essences = values.map(
    (value) => /^\s*([!#$%&'*+.^`|~\w-]+\/[!#$%&'*+.^`|~\w-]+)\s*(;|$)/.exec(value)?.[1],
  );
  return essences.findLast((essence) => essence && essence !== '*/*')?.toLowerCase();
}
