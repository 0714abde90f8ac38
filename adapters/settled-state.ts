import { type ConnectionClock, systemClock } from '../machines/clock.ts';
import type { ConnectionState } from './connection.ts';

type Timers = Pick<ConnectionClock, 'setTimeout' | 'clearTimeout'>;

interface Stateful {
  readonly state: ConnectionState;
  readonly actor: object;
}

/** The clock of an actor, or else that of the platform. */
export function clockOf(actor: object & { clock?: Timers }): Timers {
  return actor.clock ?? systemClock;
}

/**
 * The state of a connection to show. A status other than `open` is held back until it has lasted for `settle`, or
 * until the connection has not been open for that long. A connection that the app or the server has closed shows at
 * once.
 *
 * @param settle In milliseconds; 0 for none.
 * @param onSettled Called when time alone has changed the state to show.
 */
export function createSettledState(connection: Stateful, settle: number, onSettled: () => void) {
  const clock = clockOf(connection.actor);
  let shown = connection.state;
  let isWatched = false;
  /** The status that waits to be shown. */
  let held: string | undefined;
  let lasting: unknown;
  let outage: unknown;

  function show(): void {
    held = undefined;
    clock.clearTimeout(lasting);
    clock.clearTimeout(outage);
    shown = connection.state;
  }

  function showLate(): void {
    show();
    onSettled();
  }

  return {
    get(): ConnectionState {
      const { state } = connection;
      const { status, closeReason } = state;
      const isSettled = settle === 0 || !isWatched || status === shown.status;
      const isFinal = status === 'open' || closeReason === 'app' || closeReason === 'ended';
      if (isSettled || isFinal) show();
      else if (status !== held) {
        if (held === undefined && shown.status === 'open') outage = clock.setTimeout(showLate, settle);
        clock.clearTimeout(lasting);
        lasting = clock.setTimeout(showLate, settle);
        held = status;
      }
      return shown;
    },
    /** Starts or stops holding back. When stopped, no timer is left. */
    watch(isOn: boolean): void {
      isWatched = isOn;
      show();
    },
  };
}
