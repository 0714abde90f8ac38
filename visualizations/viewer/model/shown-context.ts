import { type ConnectionContext, leastProofTime } from '../../../machines/connection.ts';
import { jitterKinds } from '../../../machines/jitter.ts';
import { type ConnectionSettings, defaultSettings } from '../../../machines/settings.ts';
import { readAmount, readObject, readText, type UnknownObject } from './read-values.ts';

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
  /** How many users share the connection; null where it is not shared. */
  readonly users: number | null;
}

const repeatables = ['always', 'resumed', 'never'] as const;

/** The context of a connection, out of whatever stands in its place; undefined for that of another actor. */
export function readContext(value: unknown): ShownContext | undefined {
  const context = readObject(value);
  const settings = readObject(context?.['settings']);
  const retries = readAmount(context?.['retries']);
  if (!context || !settings || retries === undefined) return;
  return {
    settings: readSettings(settings),
    retries,
    previousBackoff: readAmount(context['previousBackoff']) ?? 0,
    notBefore: readAmount(context['notBefore']) ?? 0,
    retryAt: readAmount(context['retryAt']) ?? null,
    chargedAt: readAmount(context['chargedAt']) ?? null,
    attempts: readAmount(context['attempts']) ?? 0,
    stream: readAmount(context['stream']) ?? null,
    repeatable: repeatables.find((one) => one === context['repeatable']) ?? 'always',
    doubt: {
      proofTime: readAmount(readObject(context['doubt'])?.['proofTime']) ?? leastProofTime,
      lost: readAmount(readObject(context['doubt'])?.['lost']) ?? 0,
    },
    serverRetry: readAmount(context['serverRetry']) ?? null,
    lastEventId: readText(context['lastEventId']) ?? '',
    error: readFailure(context['error']) ?? null,
    closeReason: readText(context['closeReason']) ?? null,
    users: readAmount(context['users']) ?? null,
  };
}

/** A failure, out of whatever stands in its place. */
export function readFailure(value: unknown): ShownFailure | undefined {
  const failure = readObject(value);
  const kind = readText(failure?.['kind'], 40);
  const status = readAmount(failure?.['status']);
  if (!failure || kind === undefined) return;
  return { kind, message: readText(failure['message']) ?? '', ...(status !== undefined && { status }) };
}

function readSettings(given: UnknownObject): ConnectionSettings {
  const { maxRetries, retryDelay, maxRetryDelay, retryFactor, stableAfter } = defaultSettings;
  return {
    ...defaultSettings,
    // `Infinity` comes out of JSON as null, and is no finite amount either.
    maxRetries: 'maxRetries' in given ? (readAmount(given['maxRetries']) ?? Infinity) : maxRetries,
    retryDelay: readAmount(given['retryDelay']) ?? retryDelay,
    maxRetryDelay: readAmount(given['maxRetryDelay']) ?? maxRetryDelay,
    retryFactor: readAmount(given['retryFactor']) ?? retryFactor,
    stableAfter: readAmount(given['stableAfter']) ?? stableAfter,
    jitter: jitterKinds.find((kind) => kind === given['jitter']) ?? defaultSettings.jitter,
  };
}
