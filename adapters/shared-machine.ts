import type { EventObject } from 'xstate';
import {
  connectionMachine,
  missingTransport,
  type TransportCommand,
  type TransportInput,
} from '../machines/connection.ts';
import { fromRevivable, type Revivable } from '../machines/revivable.ts';
import { releaseHandledEvents } from '../machines/xstate-internals.ts';

/** The parts that a connection brings along: the actors that its statechart invokes. */
interface Parts {
  readonly transport: Revivable<TransportCommand, TransportInput>;
  readonly environment: Revivable<EventObject>;
}

/** Keyed by the system of the connection, whose root it is; set before `actor.start()`. */
export const partsOf = new WeakMap<object, Parts>();

let machine: typeof connectionMachine | undefined;

/**
 * The statechart that all connections share. `provide` makes a whole new one, of some 45 KB: here it is called once,
 * and the actors that it provides look up what to do for the connection that invoked them.
 */
export function sharedMachine(): typeof connectionMachine {
  machine ??= releaseHandledEvents(
    connectionMachine.provide({
      actors: {
        transport: fromRevivable((given, isRevived) =>
          (partsOf.get(given.system)?.transport ?? noTransport)(given, isRevived),
        ),
        environment: fromRevivable((given, isRevived) =>
          partsOf.get(given.system)?.environment(given, isRevived),
        ),
      },
    }),
  );
  return machine;
}

const noTransport = missingTransport(
  'This actor has no transport: the statechart of `createConnection` runs only there. Provide one to `connectionMachine`.',
);
