import type { CallbackActorLogic } from 'xstate';
import { checkedClock } from '../machines/clock.ts';
import type { TransportCommand, TransportInput } from '../machines/connection.ts';
import { complete } from '../machines/option-table.ts';
import { fromRevivable, type Revivable } from '../machines/revivable.ts';
import {
  type TransportActorOptions,
  type TransportActorSettings,
  transportActorTable,
} from './actor-options.ts';
import { report } from './report.ts';
import { memoryOf } from './stream/connection-memory.ts';
import { runStream } from './stream/run-stream.ts';
import type { Transport } from './transport.ts';

/**
 * Makes the actor that the connection machine runs for each request, from any transport. It owns the abort signal,
 * tells the statechart what happens, and drops everything that arrives after it was stopped.
 *
 * @throws TypeError when an option is invalid, or when the `now` of the clock returns no finite number.
 */
export function fromTransport(
  transport: Transport,
  options: TransportActorOptions = {},
): CallbackActorLogic<TransportCommand, TransportInput> {
  const settings = complete(options, transportActorTable);
  const clock = checkedClock(settings.clock, (fault) => report(settings.reportError, fault));
  return fromRevivable(runTransport(transport, { ...settings, clock }));
}

/** The behavior of the actor of {@link fromTransport}. */
export function runTransport(
  transport: Transport,
  settings: TransportActorSettings,
): Revivable<TransportCommand, TransportInput> {
  return ({ input, sendBack, receive }, isRevived) => {
    // The stream is gone and the last event ID is old, so the statechart has to start a new actor.
    if (isRevived) {
      sendBack({ type: 'transport.restarted' });
      return undefined;
    }
    const stream = runStream(transport, settings, input, memoryOf(input.connection), sendBack);
    receive(stream.receive);
    return stream.dispose;
  };
}
