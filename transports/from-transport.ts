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
 * Makes the actor that the connection machine runs, out of any transport: one for each request. It owns the abort
 * signal, tells the statechart what happens, and drops whatever arrives after it was disposed of.
 *
 * @throws TypeError when an option is invalid, or the `now` of the clock returns no time.
 */
export function fromTransport(
  transport: Transport,
  options: TransportActorOptions = {},
): CallbackActorLogic<TransportCommand, TransportInput> {
  const settings = complete(options, transportActorTable);
  const clock = checkedClock(settings.clock, (fault) => report(settings.reportError, fault));
  return fromRevivable(runTransport(transport, { ...settings, clock }));
}

/** The behavior of that actor. */
export function runTransport(
  transport: Transport,
  settings: TransportActorSettings,
): Revivable<TransportCommand, TransportInput> {
  return ({ input, sendBack, receive }, isRevived) => {
    // Its stream is gone and its last event ID is old: the statechart starts a new one.
    if (isRevived) {
      sendBack({ type: 'transport.restarted' });
      return undefined;
    }
    const stream = runStream(transport, settings, input, memoryOf(input.connection), sendBack);
    receive(stream.receive);
    return stream.dispose;
  };
}
