import { type ConnectionContext, leastProofTime } from '../../../machines/connection.ts';
import { jitterKinds } from '../../../machines/jitter.ts';
import { type ConnectionSettings, defaultSettings } from '../../../machines/settings.ts';
import { amount, type Plain, plain, text } from './read-values.ts';

/** A failure as it is shown. */
export interface ShownFailure {
  /** One of `failureKinds`, or the word of a later version. */
  readonly kind: string;
  readonly message: string;
  readonly status?: number;
}

/** The context of a connection, as far as the viewer reads it. */
export interface ShownContext
  extends Pick<
    ConnectionContext,
    | 'attempts'
    | 'chargedAt'
    | 'doubt'
    | 'lastEventId'
    | 'notBefore'
    | 'previousBackoff'
    | 'repeatable'
    | 'retries'
    | 'retryAt'
    | 'serverRetry'
    | 'stream'
  > {
  readonly settings: ConnectionSettings;
  readonly error: ShownFailure | null;
  readonly closeReason: string | null;
}

const repeatables = ['always', 'resumed', 'never'] as const;

/** The context of a connection, out of whatever stands in its place; undefined for that of another actor. */
export function readContext(value: unknown): ShownContext | undefined {
  const context = plain(value);
  const settings = plain(context?.['settings']);
  const retries = amount(context?.['retries']);
  if (!context || !settings || retries === undefined) return;
  return {
    settings: readSettings(settings),
    retries,
    previousBackoff: amount(context['previousBackoff']) ?? 0,
    notBefore: amount(context['notBefore']) ?? 0,
    retryAt: amount(context['retryAt']) ?? null,
    chargedAt: amount(context['chargedAt']) ?? null,
    attempts: amount(context['attempts']) ?? 0,
    stream: amount(context['stream']) ?? null,
    repeatable: repeatables.find((one) => one === context['repeatable']) ?? 'always',
    doubt: {
      proofTime: amount(plain(context['doubt'])?.['proofTime']) ?? leastProofTime,
      lost: amount(plain(context['doubt'])?.['lost']) ?? 0,
    },
    serverRetry: amount(context['serverRetry']) ?? null,
    lastEventId: text(context['lastEventId']) ?? '',
    error: readFailure(context['error']) ?? null,
    closeReason: text(context['closeReason']) ?? null,
  };
}

/** A failure, out of whatever stands in its place. */
export function readFailure(value: unknown): ShownFailure | undefined {
  const failure = plain(value);
  const kind = text(failure?.['kind'], 40);
  const status = amount(failure?.['status']);
  if (!failure || kind === undefined) return;
  return { kind, message: text(failure['message']) ?? '', ...(status !== undefined && { status }) };
}

function readSettings(given: Plain): ConnectionSettings {
  const { maxRetries, retryDelay, maxRetryDelay, retryFactor, stableAfter } = defaultSettings;
  return {
    ...defaultSettings,
    // `Infinity` comes out of JSON as null, and is no finite amount either.
    maxRetries: 'maxRetries' in given ? (amount(given['maxRetries']) ?? Infinity) : maxRetries,
    retryDelay: amount(given['retryDelay']) ?? retryDelay,
    maxRetryDelay: amount(given['maxRetryDelay']) ?? maxRetryDelay,
    retryFactor: amount(given['retryFactor']) ?? retryFactor,
    stableAfter: amount(given['stableAfter']) ?? stableAfter,
    jitter: jitterKinds.find((kind) => kind === given['jitter']) ?? defaultSettings.jitter,
  };
}
