import { type AnyActorRef, createActor } from 'xstate';
import { settingsOf } from '../../adapters/options.ts';
import {
  type ConnectionOptions,
  connectionMachine,
  fetchTransport,
  fromEnvironment,
  fromTransport,
  type Message,
  selectStatus,
} from '../../index.ts';
import type { TestClock } from '../../testing/clock.ts';
import type { PathStage } from '../../testing/paths/step.ts';
import type { movingUrl } from './app.ts';
import { transcriptOf } from './reference.ts';
import { type Shown, shownOf, watchActor } from './watch-connection.ts';

/** The statechart as XState users run it: an actor of their own. */
export function startOwnActor(url: ReturnType<typeof movingUrl>, options: ConnectionOptions) {
  const clock = options.clock as TestClock;
  const transport = fromTransport(fetchTransport({ ...options, url: url.get }), options);
  const machine = connectionMachine.provide({ actors: { transport, environment: fromEnvironment(clock) } });
  const taken: string[] = [];
  const announced: string[] = [];
  let messages = '';
  const actor = createActor(machine, { clock, input: settingsOf(options) });
  const inspection = watchActor(actor, taken, announced);
  const onMessages = (event: { readonly messages: readonly Message[] }) => {
    messages += event.messages.map(transcriptOf).join('');
  };
  actor.on('messages', onMessages);
  actor.start();

  const app: NonNullable<PathStage['app']> = {
    open: () => actor.send({ type: 'open' }),
    close: () => actor.send({ type: 'close' }),
    reconnect: () => actor.send({ type: 'reconnect' }),
    leave: () => actor.send({ type: 'suspend' }),
    return: () => actor.send({ type: 'resume', at: clock.now() }),
    move: () => actor.send({ type: 'move' }),
    relocate: url.relocate,
    revive() {
      halt(actor);
      // Who listens is forgotten when an actor stops: a component listens again in its effect.
      inspection.listen();
      actor.on('messages', onMessages);
      actor.start();
    },
  };
  return {
    app,
    shown(): Shown {
      const snapshot = actor.getSnapshot();
      return shownOf({ ...snapshot.context, status: selectStatus(snapshot) }, clock.now(), messages);
    },
    taken: () => taken.splice(0),
    announced: () => announced.splice(0),
    async dispose() {
      actor.stop();
    },
  };
}

/** The private fields of an actor of XState that its binding for React reaches for. */
interface Inside {
  _processingStatus: number;
  _snapshot: unknown;
}

/**
 * Stops an actor and all its children so that they can be started again, as `useMachine` of React does in Strict Mode
 * and when a component is hidden. What comes of it is the same as of `stopRootWithRehydration` of @xstate/react 6.1.
 */
function halt(actor: AnyActorRef): void {
  const all = [actor, ...Object.values<AnyActorRef>(actor.getSnapshot().children)];
  const before = all.map((one) => [one, one.getSnapshot()] as const);
  (actor as unknown as { stop(): void }).stop();
  for (const [one, snapshot] of before) {
    Object.assign(one as unknown as Inside, { _processingStatus: 0, _snapshot: snapshot });
  }
}
