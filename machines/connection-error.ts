/** Every way in which a connection can fail, as told by {@link ConnectionError.kind}. */
export const failureKinds = [
  'network',
  'http',
  'unauthorized',
  'forbidden',
  'content-type',
  'timeout',
  'idle',
  'ended',
  'too-large',
  'exhausted',
  'invalid',
] as const;

/** One of {@link failureKinds}. */
export type FailureKind = (typeof failureKinds)[number];

/** A failure as plain data: the form that the statechart handles. It never holds a header, a body or a query string. */
export interface Failure {
  /** The kind of failure, as a word to branch on. */
  readonly kind: FailureKind;
  /** A sentence for a person: what happened, and what to do about it. */
  readonly message: string;
  /** The HTTP status, where there was one. */
  readonly status?: number;
  /** The wait that the server asked for (`Retry-After`), in milliseconds from its answer. */
  readonly retryAfter?: number;
  /** No request had been sent yet, so the server cannot have done anything. */
  readonly unsent?: boolean;
}

/** The parts of a {@link ConnectionError} besides its kind and its message. */
export interface FailureDetails {
  /** The HTTP status, where there was one. */
  readonly status?: number | undefined;
  /** The wait that the server asked for (`Retry-After`), in milliseconds from its answer. */
  readonly retryAfter?: number | undefined;
  /** No request had been sent yet. */
  readonly unsent?: boolean | undefined;
  /** The value that was thrown underneath. Kept on the error, never copied into the statechart. */
  readonly cause?: unknown;
}

/**
 * Why an attempt failed, or why the connection gave up.
 *
 * @example
 * ```ts
 * if (state.error?.kind === 'unauthorized') showLogin();
 * ```
 */
export class ConnectionError extends Error implements Failure {
  override readonly name = 'ConnectionError';
  readonly kind: FailureKind;
  declare readonly status?: number;
  declare readonly retryAfter?: number;
  declare readonly unsent?: boolean;

  constructor(kind: FailureKind, message: string, details: FailureDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.kind = kind;
    if (details.status !== undefined) this.status = details.status;
    if (details.retryAfter !== undefined) this.retryAfter = details.retryAfter;
    if (details.unsent !== undefined) this.unsent = details.unsent;
  }

  /**
   * The error as plain data, without `cause` and `stack`. Send this form to a store or to another realm, because
   * `structuredClone` and `postMessage` turn the error itself into an `Error` without a `kind`.
   *
   * @example
   * ```ts
   * port.postMessage(state.error?.toJSON());
   * ```
   */
  toJSON(): PlainConnectionError {
    return { name: this.name, ...toFailure(this) };
  }
}

/** A {@link ConnectionError} as plain data: what JSON, `structuredClone` and a store can keep. */
export interface PlainConnectionError extends Failure {
  readonly name: 'ConnectionError';
}

/**
 * Tells a {@link ConnectionError}, or its plain form, from any other value, across realms and copies of the package.
 */
export function isConnectionError(value: unknown): value is ConnectionError | PlainConnectionError {
  const { name, kind } = Object(value) as Partial<ConnectionError>;
  // Other libraries have an error of this name too.
  return name === 'ConnectionError' && failureKinds.some((known) => known === kind);
}

/** The error for a limit that an option sets, in the unit of that option. The advice begins with a space. */
export function exceeded(kind: FailureKind, option: string, limit: number, advice = ''): ConnectionError {
  return new ConnectionError(kind, `The limit \`${option}\` of ${limit} was exceeded.${advice}`);
}

/** Copies the plain data of a failure out of an error, or out of anything of the same shape. */
export function toFailure({ kind, message, status, retryAfter, unsent }: Failure): Failure {
  return {
    kind,
    message,
    ...(status !== undefined && { status }),
    ...(retryAfter !== undefined && { retryAfter }),
    ...(unsent !== undefined && { unsent }),
  };
}
