import type { Message } from '../machines/message.ts';
import {
  functionOf,
  type Given,
  milliseconds,
  number,
  option,
  optional,
  rule,
} from '../machines/option-table.ts';
import type { EventMap } from '../transports/transport.ts';
import type { AnyMessage, Connection, ConnectionState } from './connection.ts';
import type { ConnectionOptions } from './options.ts';

/** The messages of a connection that a component shows. `State` is what `reduce` gathers; never where it does not. */
export interface ShownMessages<Events extends object = EventMap, State = never> {
  /** The state that `reduce` has gathered, or the data of the last message: once a frame while they keep coming. */
  readonly data: [State] extends [never] ? AnyMessage<Events>['data'] | undefined : State;
  /** The event name of the last message. */
  readonly event: AnyMessage<Events>['event'] | undefined;
  /** The last message of each event, by its name. */
  readonly latest: LatestMessages<Events>;
  /** The last messages, oldest first, as many as `history` asks for. */
  readonly history: readonly AnyMessage<Events>[];
  /** How many messages no longer fit into `history`. */
  readonly dropped: number;
}

/** The last message of each event, by its name. */
export type LatestMessages<Events extends object = EventMap> = {
  readonly [Name in keyof Events & string]?: Message<Events[Name], Name>;
};

/**
 * The view of a connection that a component shows: its state, also as one object, and the messages that came last.
 * `status` tells the states apart: a `failed` one has an `error`.
 */
export type ConnectionView<Events extends object = EventMap, State = never> = ConnectionState &
  ShownMessages<Events, State> & { readonly state: ConnectionState };

/** The commands that a component can give to a connection. The functions stay the same from render to render. */
export interface ConnectionCommands {
  /** Connects, if the connection is closed or has failed. */
  readonly open: () => void;
  /** Drops the stream, the timer and the socket. Nothing is sent again until the app asks for it. */
  readonly close: () => void;
  /** Connects anew from whatever state, with a whole retry budget. */
  readonly reconnect: Connection['reconnect'];
  /** Forgets the messages that are shown, and gathers from `initial` again. The connection goes on. */
  readonly clear: () => void;
}

/** The options of the view of a connection. */
export const viewTable = {
  /** How many of the last messages to keep for the UI. @default 0 */
  history: option(0, number(0, Infinity)),
  /**
   * How long another status than `open` has to last until it is shown, in milliseconds, so that a quick reconnect makes no
   * badge flicker. A connection that the app or the server closes shows at once. The connection's own state stays exact.
   *
   * @default 0
   */
  settle: option(0, milliseconds),
  /** Makes what is shown as `data` of what it was and of the next message. Begins with `initial`, also after a gap. */
  reduce: optional(functionOf<(state: never, message: never) => unknown>()),
  /** The state that `reduce` begins with. */
  initial: optional(rule<unknown>('anything', () => true)),
};

/** The options of the view of a connection. */
export interface ViewOptions<Events extends object = EventMap, State = never, Choice = never>
  extends Pick<Given<typeof viewTable>, 'history' | 'settle'> {
  /**
   * Gathers what is shown as `data`: tokens of an answer, a list, a document that is patched. Each message is given to it
   * once, in order, at most once a frame. It goes on through reconnects, and begins anew after a gap or at another URL. A
   * message for which it throws is reported and left out. Where it stands elsewhere, let it take an `AnyMessage<Events>`: the
   * hook has its events from there.
   *
   * @example `{ initial: '', reduce: (text, { data }) => text + data }`
   */
  readonly reduce?: ((state: State, message: AnyMessage<Events>) => State) | undefined;
  /** The state that `reduce` begins with. */
  readonly initial?: State | undefined;
  /**
   * Chooses what to show. It is returned as `selected`, and only another choice is another render. Arrays and plain objects
   * are compared by what they hold.
   *
   * @example `{ select: ({ status, latest }) => ({ status, unread: latest.unread?.data }) }`
   */
  readonly select?: ((view: ConnectionView<Events, State>) => Choice) | undefined;
}

/** The options of `useServerSentEvents`, besides the URL. */
export interface ServerSentEventsOptions<Events extends object = EventMap, State = never, Choice = never>
  extends ConnectionOptions<Events>,
    ViewOptions<Events, State, Choice> {
  /** Called for every message, also for those that arrive between two renders. */
  readonly onMessage?: ((message: AnyMessage<Events>) => void) | undefined;
}

/** The view of any connection, whatever it gathers. */
export type AnyView = ConnectionView<EventMap, unknown>;

/** The options of any connection and its view. */
export type AnyOptions = ServerSentEventsOptions<EventMap, unknown, unknown>;

export const emptyMessages = {
  data: undefined,
  event: undefined,
  latest: {},
  history: [],
  dropped: 0,
} as const;

const idleState = {
  status: 'closed',
  retries: 0,
  retryAt: null,
  error: null,
  lastEventId: '',
  openedAt: null,
  closeReason: null,
} as const;

/** The view that a component shows when it has no URL or no connection. */
export const idleView = { ...idleState, state: idleState, ...emptyMessages };

const unknownState = { ...idleState, status: 'connecting' } as const;

/** The view that a component shows as long as it may not know how far a connection from elsewhere is. */
export const unknownView = { ...unknownState, state: unknownState, ...emptyMessages };
