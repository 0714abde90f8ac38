import type { EventObject } from 'xstate';
import {
  connectionMachine,
  missingTransport,
  type TransportCommand,
  type TransportInput,
} from '../machines/connection.ts';
import { fromRevivable, type Revivable } from '../machines/revivable.ts';
import { releaseHandledEvents } from '../machines/xstate-internals.ts';

/** The parts of one connection: the behavior of the actors that its statechart invokes. */
interface Parts {
  readonly transport: Revivable<TransportCommand, TransportInput>;
  readonly environment: Revivable<EventObject>;
}

/** Keyed by the actor system of the connection; set before `actor.start()`. */
export const partsOf = new WeakMap<object, Parts>();

let machine: typeof connectionMachine | undefined;

/**
 * The statechart that all connections share. `provide` makes a whole new one, of about 45 KB. So it is called once
 * here, and the provided actors look up the parts of the connection that invoked them.
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
