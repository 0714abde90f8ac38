import { expect } from 'vitest';
import type { Actor } from 'xstate';
import { asyncDispose } from '../../adapters/dispose.ts';
import type {
  Connection,
  ConnectionEmitted,
  ConnectionState,
  connectionMachine,
  Failure,
} from '../../index.ts';
import { describeTransition } from '../../machines/chart.ts';
import type { TestClock } from '../../testing/clock.ts';
import { transitionName } from '../../testing/paths/transitions.ts';
import { type Sight, transcriptOf } from './reference.ts';

/** The state of a connection that can be seen from where it was made. */
export type Shown = Omit<Sight, 'requests' | 'openStreams' | 'waiting' | 'sockets' | 'asked' | 'timers'>;

/** Watches a connection as an app does, and its statechart from within. */
export function watchConnection(connection: Connection, clock: TestClock) {
  const { actor } = connection;
  const taken: string[] = [];
  const announced: string[] = [];
  let messages = '';
  let told = connection.state;
  connection.subscribe((state) => {
    told = state;
    expect(falsehoodsOf(state)).toEqual([]);
  });
  connection.on('*', (message) => {
    messages += transcriptOf(message);
  });
  const inspection = watchActor(actor, taken, announced);
  return {
    /** The state that the app was told last. */
    shown(): Shown {
      return shownOf(told, clock.now(), messages);
    },
    taken: () => taken.splice(0),
    announced: () => announced.splice(0),
    async dispose() {
      inspection.unsubscribe();
      await connection[asyncDispose]();
      expect(actor.getSnapshot().status).toBe('stopped');
    },
  };
}

/** The types say of each status what is null and what is not: says where a state is otherwise. */
export function falsehoodsOf({ status, retryAt, error, openedAt, closeReason }: AnyState): string[] {
  const told: readonly (readonly [string, boolean])[] = [
    ['retryAt', (status === 'backoff') === (retryAt !== null)],
    ['openedAt', (status === 'open') === (openedAt !== null)],
    ['closeReason', status === 'closed' || closeReason === null],
    ['error of a failed one', status !== 'failed' || error !== null],
    ['error of an open one', status !== 'open' || error === null],
  ];
  return told.filter(([, holds]) => !holds).map(([field]) => `${status}: ${field}`);
}

/** Any state, with nothing promised of what is null. */
type AnyState = {
  readonly [Field in 'status' | 'retryAt' | 'error' | 'openedAt' | 'closeReason']: ConnectionState[Field];
};

/** The state of a connection as a test sees it. */
export function shownOf(
  state: Omit<ConnectionState, 'error'> & { readonly error: Pick<Failure, 'kind'> | null },
  now: number,
  messages: string,
): Shown {
  const { status, retries, error, retryAt, lastEventId, openedAt, closeReason } = state;
  return {
    status,
    retries,
    errorKind: error?.kind ?? null,
    retryIn: retryAt === null ? null : retryAt - now,
    lastEventId,
    closeReason,
    openFor: openedAt === null ? null : now - openedAt,
    messages,
  };
}

/** Takes down the transitions that an actor takes, and what it announces. */
export function watchActor(
  actor: Actor<typeof connectionMachine> | Connection['actor'],
  taken: string[],
  announced: string[],
) {
  function listen(): void {
    actor.on('*', (event) => {
      if (event.type !== 'messages') announced.push(nameOf(event));
    });
  }
  listen();
  const { unsubscribe } = actor.system.inspect((event) => {
    if (event.type === '@xstate.microstep' && event.actorRef === actor)
      taken.push(...event._transitions.map((one) => transitionName(describeTransition(one))));
  });
  return { listen, unsubscribe };
}

/** The name of an announcement, as the reference has it. */
function nameOf(event: ConnectionEmitted): string {
  if (event.type === 'closed') return `closed ${event.reason}`;
  return event.type === 'gap' ? `gap ${event.reason}` : event.type;
}
