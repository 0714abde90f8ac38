import type { CallbackActorLogic } from 'xstate';
import type { TransportCommand, TransportInput } from '../machines/connection.ts';
import { fromRevivable, type Revivable } from '../machines/revivable.ts';
import { check } from '../machines/rules.ts';
import { type TransportActorOptions, transportActorRules } from './actor-options.ts';
import { carry } from './carry.ts';
import { createMemory, type StreamMemory } from './memory.ts';
import type { Transport } from './transport.ts';

/**
 * Makes the actor that runs a transport for {@link connectionMachine}. It owns the abort signal, tells the
 * statechart what happens, and drops whatever arrives after it was disposed of.
 *
 * @throws TypeError when an option is not what it may be.
 */
export function fromTransport(
  transport: Transport,
  options: TransportActorOptions = {},
): CallbackActorLogic<TransportCommand, TransportInput> {
  return fromRevivable(runTransport(transport, options));
}

/** What that actor does. */
export function runTransport(
  transport: Transport,
  options: TransportActorOptions,
): Revivable<TransportCommand, TransportInput> {
  check(options, transportActorRules);
  const memories = new WeakMap<object, StreamMemory>();

  return ({ input, self, sendBack, receive }, isRevived) => {
    // Its stream is gone and its last event ID is old: the statechart starts a new one.
    if (isRevived) {
      sendBack({ type: 'transport.restarted' });
      return undefined;
    }
    if (transport.unsafe) sendBack({ type: 'transport.unsafe' });
    // The memory is the connection's: each attempt is an actor of its own.
    const owner = self._parent ?? self;
    const memory = memories.get(owner) ?? createMemory();
    memories.set(owner, memory);
    const carrier = carry(transport, options, input, memory, sendBack);
    receive(carrier.receive);
    return carrier.dispose;
  };
}
