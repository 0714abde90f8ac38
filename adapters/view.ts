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

/** The messages of a connection that a component shows. `State` is the result of `reduce`; never without it. */
export interface ShownMessages<Events extends object = EventMap, State = never> {
  /**
   * The result of `reduce`, or the data of the last message. Updated at most once a frame while messages keep coming.
   */
  readonly data: [State] extends [never] ? AnyMessage<Events>['data'] | undefined : State;
  /** The event name of the last message. */
  readonly event: AnyMessage<Events>['event'] | undefined;
  /** The last message of each event, by its name. */
  readonly latest: LatestMessages<Events>;
  /** The last messages, oldest first, as many as `history` asks for. */
  readonly history: readonly AnyMessage<Events>[];
  /** How many older messages did not fit into `history`. */
  readonly dropped: number;
}

/** The last message of each event, by its name. */
export type LatestMessages<Events extends object = EventMap> = {
  readonly [Name in keyof Events & string]?: Message<Events[Name], Name>;
};

/**
 * The view of a connection that a component shows: the fields of its state, the state as one object, and the last
 * messages. `status` narrows the type: with `failed` there is an `error`.
 */
export type ConnectionView<Events extends object = EventMap, State = never> = ConnectionState &
  ShownMessages<Events, State> & { readonly state: ConnectionState };

/** The commands that a component can give to a connection. The functions stay the same from render to render. */
export interface ConnectionCommands {
  /** Connects, if the connection is closed or has failed. */
  readonly open: () => void;
  /** Drops the stream, the timer and the socket. Nothing is sent again until the app asks for it. */
  readonly close: () => void;
  /** Connects anew in any state, with a whole retry budget. */
  readonly reconnect: Connection['reconnect'];
  /** Forgets the messages that are shown, and starts `reduce` again from `initial`. The connection goes on. */
  readonly clear: () => void;
}

/** The options of the view of a connection. */
export const viewTable = {
  /** How many of the last messages to keep for the UI. @default 0 */
  history: option(0, number(0, Infinity)),
  /**
   * How long a status other than `open` has to last before it is shown, in milliseconds, so that a quick reconnect
   * does not make a badge flicker. A connection that the app or the server has closed shows at once.
   * `connection.state` is not delayed.
   *
   * @default 0
   */
  settle: option(0, milliseconds),
  /** Returns the next `data` for the present `data` and a message. Starts with `initial`, also after a gap. */
  reduce: optional(functionOf<(state: never, message: never) => unknown>()),
  /** The state that `reduce` begins with. */
  initial: optional(rule<unknown>('anything', () => true)),
};

/** The options of the view of a connection. */
export interface ViewOptions<Events extends object = EventMap, State = never, Choice = never>
  extends Pick<Given<typeof viewTable>, 'history' | 'settle'> {
  /**
   * Gathers messages into `data`: the tokens of an answer, a list, a document that is patched. It gets each message
   * once, in order, at most once a frame. It goes on through reconnects, and starts again with `initial` after a gap
   * or at another URL. If it throws for a message, that is reported, and the message is left out. A `reduce` that is
   * declared outside the call takes an `AnyMessage<Events>`, from which the hook infers its events.
   *
   * @example `{ initial: '', reduce: (text, { data }) => text + data }`
   */
  readonly reduce?: ((state: State, message: AnyMessage<Events>) => State) | undefined;
  /** The state that `reduce` begins with. */
  readonly initial?: State | undefined;
  /**
   * Chooses what to show, which is returned as `selected`. The component renders again only when the choice differs.
   * Arrays and plain objects are compared by their items.
   *
   * @example `{ select: ({ status, latest }) => ({ status, unread: latest.unread?.data }) }`
   */
  readonly select?: ((view: ConnectionView<Events, State>) => Choice) | undefined;
}

/** The options of `useServerSentEvents`, besides the URL. */
export interface ServerSentEventsOptions<Events extends object = EventMap, State = never, Choice = never>
  extends ConnectionOptions<Events>,
    ViewOptions<Events, State, Choice> {
  /** Called with every message, also with those that arrive between two renders. */
  readonly onMessage?: ((message: AnyMessage<Events>) => void) | undefined;
}

/** The view of any connection, whatever its types. */
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

/**
 * The view that a component shows while it hydrates: the state of a connection from elsewhere may differ from the
 * server's.
 */
export const unknownView = { ...unknownState, state: unknownState, ...emptyMessages };
