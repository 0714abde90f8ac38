/// <reference lib="esnext.disposable" preserve="true" />

import type { AnyActorRef, InspectionEvent } from 'xstate';
import { dispose } from '../../adapters/dispose.ts';
import { complete } from '../../machines/option-table.ts';
import { type InspectionOptions, inspectionTable, isDevelopment } from './options.ts';
import { type Session, startSession } from './session.ts';

/** An inspection that {@link inspectConnections} has begun. */
export interface Inspection {
  /** The option `inspect` for `createActor` or `useMachine`, if you run a `connectionMachine` yourself. */
  readonly inspect: (event: InspectionEvent) => void;
  /**
   * Shows a connection that was made before, or an actor that is a connection or has some, in its present state.
   *
   * @param name The name to show, because its URL is not known.
   */
  readonly add: (connection: AnyActorRef | { readonly actor: AnyActorRef }, name?: string) => void;
  /** Ends the inspection. The connections go on. */
  readonly stop: () => void;
  readonly [Symbol.dispose]: () => void;
}

let current: Session | undefined;

/**
 * Shows in an inspector every connection that is made from now on, also those of React and Vue. In development only,
 * unless `enabled` is set. A second call replaces the first, and shows its connections in their present state.
 *
 * @example
 * ```ts
 * inspectConnections(); // before the app makes its first connection
 * ```
 * @throws TypeError when an option is invalid.
 */
export function inspectConnections(options: InspectionOptions = {}): Inspection {
  const settings = complete(options, inspectionTable);
  const { enabled = isDevelopment(), viewer } = settings;
  const before = current;
  before?.stop();
  current = undefined;
  if (!enabled || (typeof viewer === 'string' && typeof document === 'undefined')) return off;

  const session = startSession(settings);
  current = session;
  for (const [actor, name] of before?.followed() ?? []) session.add(actor, name);
  const { inspect, add } = session;
  function stop(): void {
    session.stop();
    if (current === session) current = undefined;
  }
  return { inspect, add, stop, [dispose]: stop };
}

const nothing = () => {};

const off: Inspection = { inspect: nothing, add: nothing, stop: nothing, [dispose]: nothing };
