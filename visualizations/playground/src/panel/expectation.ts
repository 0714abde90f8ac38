import type { CloseReason, ConnectionStatus, FailureKind, Gap } from 'sse-machine';

/** Whatever is given must hold of both panels at once. */
export interface Expectation {
  readonly status: ConnectionStatus;
  /** A status that each of them must have shown since the step began. */
  readonly after?: ConnectionStatus;
  /** Why: the status of the answer, or the kind of the error. */
  readonly error?: number | FailureKind;
  readonly closeReason?: CloseReason;
  readonly retries?: number;
  /** No status but this one was shown since the step began. */
  readonly throughout?: true;
  /** The next attempt is at least so far away, in milliseconds. */
  readonly waits?: number;
  /** Events came that had been kept in the log. */
  readonly fromLog?: true;
  /** Events may have been lost, and this is why: it was announced since the step began. */
  readonly gap?: Gap['reason'];
  /** Events arrive; none is missed and none came twice. */
  readonly whole?: true;
}
