import type { CloseReason, ConnectionStatus, FailureKind, Gap } from 'sse-machine';
import { groupState } from '../tabs/group-watch.ts';
import { explain } from './explanations.ts';
import { connections, type PanelConnection, panels, present } from './panel-connections.ts';
import type { Recording } from './recorder.ts';

/** Conditions: those that are given must hold of both panels at once. */
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
  /** Besides: a tab leads, so many follow, and the server has one stream of them all. */
  readonly following?: number;
}

/** Both panels, from the time that it was made. */
export interface PanelWatch {
  /** Resolves with true when the panels are as expected, with false when they are not for so many milliseconds. */
  until(expectation: Expectation, patience: number, signal?: AbortSignal): Promise<boolean>;
  /** Says what the panels are doing. */
  readonly told: string;
  stop(): void;
}

export function createPanelWatch(): PanelWatch {
  const before = new Map(present().map(({ recorder }) => [recorder, recorder.get()]));
  const seen = new Map<string, Set<ConnectionStatus>>();
  const forget = connections.subscribe(note);

  function note(): void {
    for (const [panel, connection] of Object.entries(connections.get())) {
      seen.set(panel, (seen.get(panel) ?? new Set()).add(connection.status));
    }
  }

  function holds({ after, ...expectation }: Expectation): boolean {
    const all = present();
    const { status, throughout, following } = expectation;
    const shown = panels.map((panel) => seen.get(panel) ?? new Set());
    return (
      all.length === panels.length &&
      all.every((connection) => fits(connection, expectation, before.get(connection.recorder))) &&
      (following === undefined || isShared(following)) &&
      (after === undefined || shown.every((statuses) => statuses.has(after))) &&
      (!throughout || shown.every((statuses) => [...statuses].every((one) => one === status)))
    );
  }

  return {
    until(expectation, patience, signal) {
      return new Promise((resolve) => {
        const stop = connections.subscribe(look);
        const timer = setInterval(look, 100); // counts change without the connection
        const late = setTimeout(() => end(false), patience);
        signal?.addEventListener('abort', abandon);
        if (signal?.aborted) end(false);
        else look();

        function look(): void {
          if (holds(expectation)) end(true);
        }
        function abandon(): void {
          end(false);
        }
        function end(result: boolean): void {
          stop();
          clearInterval(timer);
          clearTimeout(late);
          signal?.removeEventListener('abort', abandon);
          resolve(result);
        }
      });
    },
    get told() {
      return Object.entries(connections.get())
        .sort(([one], [other]) => one.localeCompare(other))
        .map(
          ([panel, connection]) =>
            `${panel} is ${connection.status}: ${explain(connection, connection.settings)}`,
        )
        .join(' ');
    },
    stop: forget,
  };
}

function isShared(wanted: number): boolean {
  const { isLed, following, streams } = groupState.get();
  return isLed && following === wanted && streams === 1;
}

function fits(connection: PanelConnection, expectation: Expectation, before: Recording | undefined): boolean {
  const { status, error, closeReason, retries, retryAt, recorder } = connection;
  const { waits, whole, fromLog } = expectation;
  const { received, missed, duplicate, replayed, gap } = recorder.get();
  return (
    status === expectation.status &&
    (expectation.error === undefined ||
      expectation.error === error?.status ||
      expectation.error === error?.kind) &&
    (expectation.closeReason === undefined || expectation.closeReason === closeReason) &&
    (expectation.retries === undefined || expectation.retries === retries) &&
    (!fromLog || replayed > (before?.replayed ?? 0)) &&
    (expectation.gap === undefined || (expectation.gap === gap?.reason && gap !== before?.gap)) &&
    (waits === undefined || (retryAt !== null && retryAt - Date.now() >= waits)) &&
    (!whole || (received > (before?.received ?? 0) && missed === 0 && duplicate === 0))
  );
}
