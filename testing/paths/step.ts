import type { CloseReason, ConnectionStatus } from '../../machines/connection.ts';
import type { FailureKind } from '../../machines/connection-error.ts';
import type { TestPage } from '../page.ts';
import { turn } from '../real-time.ts';
import type { ScriptedPeer } from '../scripted.ts';
import type { PathMessage, TestEvent } from './events.ts';

/** The state of a connection, seen from outside and at its server, when nothing is under way. */
export interface ExpectedState {
  /** The status of the connection. */
  readonly status: ConnectionStatus;
  /** The retries charged so far. */
  readonly retries: number;
  /** The kind of `error`; null when there is none. */
  readonly errorKind: FailureKind | null;
  /** The time until `retryAt`, in milliseconds; null when no retry is planned. */
  readonly retryIn: number | null;
  /** The ID that the next attempt resumes after; empty when there is none. */
  readonly lastEventId: string;
  /** Why the connection is closed; null when it is not closed, or was never opened. */
  readonly closeReason: CloseReason | null;
  /** How many requests the server has seen. */
  readonly requests: number;
  /** How many streams the server has open. */
  readonly openStreams: number;
}

/** The actions of an app on a connection, or on the component that has it. */
export type AppEvent = 'open' | 'close' | 'reconnect' | 'leave' | 'return' | 'move' | 'relocate' | 'revive';

/** The parts of a test that the steps of a path use. */
export interface PathStage {
  /** A scripted transport or a scripted server. */
  readonly server: Pick<ScriptedPeer, 'accept' | 'refuse' | 'send' | 'end' | 'drop'>;
  /** The clock of the connection: for steps that wait, and for `sleep`. */
  readonly clock?:
    | { readonly advance: (ms: number) => unknown; readonly passUnnoticed?: (ms: number) => unknown }
    | undefined;
  /** The page: for steps such as `offline` and `hide`. */
  readonly page?: TestPage | undefined;
  /** The actions of the app: the connection itself, or functions that press the buttons of a component. */
  readonly app?: { readonly [Act in AppEvent]?: () => unknown } | undefined;
  /** Resolves the app's `refresh`: for steps of the event `refresh`. */
  readonly refresh?: (() => unknown) | undefined;
}

/** Plays the event of a step. Before and after it, pending promises go on. */
export async function play(event: TestEvent, stage: PathStage): Promise<void> {
  await turn();
  await act(event, stage);
  await turn();
}

async function act(step: TestEvent, stage: PathStage): Promise<void> {
  const { server } = stage;
  switch (step.event) {
    case 'accept':
      return server.accept({ lastEventId: step.lastEventId });
    case 'refuse':
      return server.refuse(step.status, { retryAfter: step.retryAfter });
    case 'send':
      return server.send(step.message);
    case 'flood':
      return server.send(...(step.messages as [PathMessage]));
    case 'end':
      return server.end();
    case 'drop':
      return server.drop();
    case 'wait':
      return void (await needed(stage, 'clock', step).advance(step.ms));
    case 'sleep': {
      const clock = needed(stage, 'clock', step);
      await needed(clock, 'passUnnoticed', step)(step.ms);
      return void (await clock.advance(0));
    }
    case 'refresh':
      return void (await needed(stage, 'refresh', step)());
    case 'open':
    case 'close':
    case 'reconnect':
    case 'leave':
    case 'return':
    case 'move':
    case 'relocate':
    case 'revive':
      return void (await needed(needed(stage, 'app', step), step.event, step)());
    case 'offline':
      return needed(stage, 'page', step).goOffline();
    case 'online':
      return needed(stage, 'page', step).goOnline();
    default:
      return needed(stage, 'page', step)[step.event]();
  }
}

function needed<Stage extends object, Name extends keyof Stage & string>(
  stage: Stage,
  name: Name,
  { event }: TestEvent,
): NonNullable<Stage[Name]> {
  const value = stage[name];
  if (value != null) return value;
  throw new TypeError(
    `A step of the event '${event}' needs \`${name}\`. Give it, or leave the event out of \`events\`.`,
  );
}
