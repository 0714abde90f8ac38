import { ConnectionError, type FailureKind } from '../../machines/connection-error.ts';
import { undone } from '../../machines/policy.ts';
import { isSafe } from '../transport.ts';
import { type Detour, detours } from './redirect.ts';
import { retryAfterOf } from './retry-after.ts';

/** The statuses that have a kind and an explanation of their own. */
const refusals: Record<number, [FailureKind, string]> = {
  204: ['ended', 'there is nothing more to come'],
  401: ['unauthorized', 'sign in, then reconnect'],
  403: ['forbidden', 'no access to this stream'],
};

/** The parts of an answer that tell whether it is a stream. */
interface Answer {
  readonly status: number;
  readonly headers: Pick<Headers, 'get'>;
}

/** The error for an answer that is no event stream; undefined when it is one. */
export function refusalOf(
  { status, headers }: Answer,
  method = 'GET',
  detour?: Detour,
): ConnectionError | undefined {
  const isStream = essenceOf(headers.get('content-type')) === 'text/event-stream';
  // To an unsafe request, a server may also answer 201 or 202 and stream the result.
  if (isStream && (status === 200 || (!isSafe(method) && (status === 201 || status === 202))))
    return undefined;
  const why = detour && `the server ${detours[detour]}`;
  if (status !== 200) {
    const [kind, meaning] = refusals[status] ?? ['http', 'no stream here'];
    // Some statuses mean that nothing was done. After a redirect that may have had its effect, that is not true.
    const isTelling = detour !== 'result' || !undone.includes(status);
    // The headers do not go to another origin, so a new token would not help.
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
 * Of several types (a proxy may add one), the last valid one counts.
 *
 * @see https://fetch.spec.whatwg.org/#concept-header-extract-mime-type
 */
function essenceOf(contentType: string | null): string | undefined {
  const values = contentType?.match(/([^,"]|"(\\.|[^"\\])*"?)+/g) ?? []; // a comma within quotes does not separate
  const essences = values.map(
    (value) => /^\s*([!#$%&'*+.^`|~\w-]+\/[!#$%&'*+.^`|~\w-]+)\s*(;|$)/.exec(value)?.[1],
  );
  return essences.findLast((essence) => essence && essence !== '*/*')?.toLowerCase();
}
