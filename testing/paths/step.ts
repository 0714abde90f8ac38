import type { ConnectionCommands } from '../../adapters/view.ts';
import type { CloseReason, ConnectionStatus } from '../../machines/connection.ts';
import type { FailureKind } from '../../machines/connection-error.ts';
import type { TestPage } from '../page.ts';
import { turn } from '../real-time.ts';
import type { ScriptedPeer } from '../scripted.ts';
import type { Deed } from './deeds.ts';

/** What can be seen of a connection, from outside and at its server, when everything has come to rest. */
export interface ExpectedState {
  readonly status: ConnectionStatus;
  readonly retries: number;
  /** The kind of `error`; null when there is none. */
  readonly errorKind: FailureKind | null;
  /** How long it is until `retryAt`, in milliseconds; null when no retry is waited for. */
  readonly retryIn: number | null;
  readonly lastEventId: string;
  readonly closeReason: CloseReason | null;
  /** How many requests the server has seen. */
  readonly requests: number;
  /** How many streams the server has open. */
  readonly openStreams: number;
}

/** What the steps of a path are played with. */
export interface PathStage {
  /** A scripted transport or a scripted server: it answers, and sends. */
  readonly server: Pick<ScriptedPeer, 'accept' | 'refuse' | 'send' | 'end' | 'drop'>;
  /** The clock of the connection: for steps that wait. */
  readonly clock?: { readonly advance: (ms: number) => unknown } | undefined;
  /** The page: for steps such as `offline` and `hide`. */
  readonly page?: TestPage | undefined;
  /** What the app does: the connection itself, or functions that press the buttons of a component. */
  readonly app?: { readonly [Command in keyof ConnectionCommands]?: () => unknown } | undefined;
  /** Lets the app's `refresh` be done: for steps of the event `refresh`. */
  readonly refresh?: (() => unknown) | undefined;
}

/** Does what happens in a step, once its connection has begun, and lets the promises go on that it has kept. */
export async function play(deed: Deed, stage: PathStage): Promise<void> {
  await turn();
  await act(deed, stage);
  await turn();
}

async function act(deed: Deed, stage: PathStage): Promise<void> {
  const { server } = stage;
  switch (deed.event) {
    case 'accept':
      return server.accept({ lastEventId: deed.lastEventId });
    case 'refuse':
      return server.refuse(deed.status, { retryAfter: deed.retryAfter });
    case 'send':
      return server.send(deed.message);
    case 'end':
      return server.end();
    case 'drop':
      return server.drop();
    case 'wait':
      return void (await needed(stage, 'clock', deed).advance(deed.ms));
    case 'refresh':
      return void (await needed(stage, 'refresh', deed)());
    case 'open':
    case 'close':
    case 'reconnect':
      return void (await needed(needed(stage, 'app', deed), deed.event, deed)());
    case 'offline':
      return needed(stage, 'page', deed).goOffline();
    case 'online':
      return needed(stage, 'page', deed).goOnline();
    default:
      return needed(stage, 'page', deed)[deed.event]();
  }
}

function needed<Stage extends object, Name extends keyof Stage & string>(
  stage: Stage,
  name: Name,
  { event }: Deed,
): NonNullable<Stage[Name]> {
  const value = stage[name];
  if (value != null) return value;
  throw new TypeError(
    `A step of the event '${event}' needs \`${name}\`. Give it, or leave the event out of \`events\`.`,
  );
}
