import type { ActorRefFrom } from 'xstate';
import type { CloseReason, ConnectionEmitted, connectionMachine, Gap } from '../machines/connection.ts';
import { ConnectionError, type Failure } from '../machines/connection-error.ts';
import { causeOf } from '../transports/failure-cause.ts';
import type { ErrorReporter } from '../transports/report.ts';
import type { ConnectionState, OpenState } from './connection.ts';
import { callGuarded } from './listeners.ts';

/** An attempt that has failed, and the wait that follows. */
export interface FailedAttempt {
  /** Why it failed; its `cause` is the value that was thrown, if any. */
  readonly error: ConnectionError;
  /** The retries charged so far. */
  readonly retries: number;
  /** The delay until the next attempt, in milliseconds; null when there is nothing to wait for. */
  readonly retryDelay: number | null;
  /** When the next attempt is due, on the wall clock in milliseconds; null when there is nothing to wait for. */
  readonly retryAt: number | null;
}

/** The callbacks of a connection, or of one of its users. */
interface LifecycleCallbacks {
  readonly onGap: ((gap: Gap) => void) | undefined;
  readonly onOpen: ((state: OpenState) => void) | undefined;
  readonly onFailure: ((attempt: FailedAttempt) => void) | undefined;
  readonly onGaveUp: ((end: { readonly error: ConnectionError }) => void) | undefined;
  readonly onClosed: ((end: { readonly reason: CloseReason }) => void) | undefined;
  readonly reportError: ErrorReporter;
}

type Announcement = Extract<ConnectionEmitted, { type: 'opened' | 'gap' | 'failure' | 'gaveUp' | 'closed' }>;

/** Calls the callbacks of one user, each when the state already shows what it tells. */
export function createLifecycle({
  onOpen,
  onGap,
  onFailure,
  onGaveUp,
  onClosed,
  reportError,
}: LifecycleCallbacks) {
  const callbacks = { opened: onOpen, gap: onGap, failure: onFailure, gaveUp: onGaveUp, closed: onClosed };
  const types = (Object.keys(callbacks) as Announcement['type'][]).filter((type) => callbacks[type]);
  const announced: Announcement[] = [];

  return {
    /** Collects the announcements of an actor. */
    heed(actor: ActorRefFrom<typeof connectionMachine>) {
      return types.map((type) => actor.on(type, (announcement) => void announced.push(announcement)));
    },
    /** Calls the callbacks for the collected announcements, and for those that concern only this user. */
    tell(state: ConnectionState, actor: object, ...own: readonly Announcement[]): void {
      // For most snapshots (a chunk of messages), nothing was announced.
      if (announced.length + own.length === 0) return;
      for (const { type, ...facts } of [...announced.splice(0), ...own]) {
        const error = 'error' in facts && { error: errorOf(facts.error, actor) };
        const callback = callbacks[type] as ((given: object) => void) | undefined;
        if (callback) callGuarded(callback, type === 'opened' ? state : { ...facts, ...error }, reportError);
      }
    },
  };
}

const errors = new WeakMap<Failure, ConnectionError>();

/** The error for a failure that the statechart holds as plain data: for one failure always the same error. */
export function errorOf(failure: Failure, actor: object): ConnectionError {
  const error =
    errors.get(failure) ??
    new ConnectionError(failure.kind, failure.message, { ...failure, ...causeOf(actor, failure) });
  errors.set(failure, error);
  return error;
}
