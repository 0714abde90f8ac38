import type { CloseReason, ConnectionStatus, FailureKind } from 'sse-machine';

/** Whatever is given must hold of both panels at once. */
export interface Expectation {
  readonly status: ConnectionStatus;
  /** A status that each of them must have shown since the step began. */
  readonly after?: ConnectionStatus;
  /** Why: the status of the answer, or the kind of the error. */
  readonly error?: number | FailureKind;
  readonly closeReason?: CloseReason;
  readonly retries?: number;
  /** No attempt is due: it waits for the network. */
  readonly untimed?: true;
  /** The next attempt is at least so far away, in milliseconds. */
  readonly waits?: number;
  /** Events arrive; none is missed and none came twice. */
  readonly whole?: true;
}
