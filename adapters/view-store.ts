import { systemClock } from '../machines/clock.ts';
import type { Message } from '../machines/message.ts';
import { complete, type Given, number, option } from '../machines/option-table.ts';
import type { Connection, ConnectionState } from './connection.ts';
import { oncePerFrame } from './frames.ts';
import type { ConnectionOptions } from './options.ts';
import { sharedUserOf } from './shared-connections.ts';

/** What a component shows of a connection: its state, and the messages that came last. */
export interface ConnectionView<Data = unknown> extends ConnectionState {
  /** The data of the last message, once a frame while they keep coming; `onMessage` gets every one of them. */
  readonly data: Data | undefined;
  /** The event name of the last message. */
  readonly event: string | undefined;
  /** The last messages, oldest first, as many as `history` asks for. */
  readonly history: readonly Message<Data>[];
  /** How many messages no longer fit into `history`. */
  readonly dropped: number;
}

/** What a component can do with a connection. The functions stay the same from render to render. */
export interface ConnectionCommands {
  /** Connects, if the connection is closed or has failed. */
  readonly open: () => void;
  /** Drops the stream, the timer and the socket. Nothing is sent again until the app asks for it. */
  readonly close: () => void;
  /** Connects anew from whatever state, with a whole retry budget. */
  readonly reconnect: Connection['reconnect'];
}

/** The part of a connection that a view needs: any connection has it, whatever its events. */
export type ViewableConnection = Pick<
  Connection,
  'state' | 'actor' | 'suspend' | 'resume' | keyof ConnectionCommands
> & {
  on(event: '*', listener: (message: Message) => void): () => void;
};

/** The options of the view of a connection. */
export const viewTable = {
  /** How many of the last messages to keep for the UI. @default 0 */
  history: option(0, number(0, Infinity)),
};

/** The options of the view of a connection. */
export interface ViewOptions extends Given<typeof viewTable> {}

/** What `useServerSentEvents` is given besides the URL. */
export interface ServerSentEventsOptions<Data = unknown> extends ConnectionOptions, ViewOptions {
  /** Called for every message, also for those that arrive between two renders. */
  readonly onMessage?: ((message: Message<Data>) => void) | undefined;
}

/** A store that a UI can subscribe to. While messages keep coming, it tells of them at most once a frame. */
export interface ViewStore<Data> {
  readonly connection: ViewableConnection | null;
  readonly commands: ConnectionCommands;
  readonly get: () => ConnectionView<Data>;
  /** The listener is told whether there are new messages: the data may be the same as before. */
  readonly subscribe: (listener: (news: boolean) => void) => () => void;
}

const empty = { data: undefined, event: undefined, history: [], dropped: 0 } as const;

const idleView: ConnectionView<never> = {
  status: 'closed',
  retries: 0,
  retryAt: null,
  error: null,
  lastEventId: '',
  openedAt: null,
  closeReason: null,
  ...empty,
};

const nothing = () => {};

/** What a component shows when it has no URL or no connection. */
export const idleStore: ViewStore<never> = {
  connection: null,
  commands: { open: nothing, close: nothing, reconnect: nothing },
  get: () => idleView,
  subscribe: () => nothing,
};

const unknownView: ConnectionView<never> = { ...idleView, status: 'connecting' };

/** What a component shows as long as it may not know how far a connection from elsewhere is. */
export const unknownStore: ViewStore<never> = { ...idleStore, get: () => unknownView };

/** Lets the connection of a component begin, or go on after {@link Connection.suspend}. */
export function begin({ state, open, resume }: ViewableConnection, immediate: boolean): void {
  if (immediate && state.status === 'closed' && state.closeReason === null) open();
  else resume();
}

/**
 * @param expected The connection is about to be opened: until then it shows as `connecting`, on a server and in
 * the first render alike.
 */
export function createView<Data>(
  connection: ViewableConnection,
  options: ViewOptions & { expected?: boolean } = {},
): ViewStore<Data> {
  const { history } = complete(options, viewTable);
  const { expected = false } = options;
  const limit = Math.floor(history); // `slice(-0.5)` would keep everything
  const listeners = new Set<(news: boolean) => void>();
  let arrived: Message<Data>[] = [];
  let shownState = connection.state;
  let view = show(empty);
  let notified = view;
  let detach = nothing;

  function show(messages: Pick<ConnectionView<Data>, keyof typeof empty>): ConnectionView<Data> {
    const { state } = connection;
    const pending = expected && state.status === 'closed' && state.closeReason === null;
    return { ...state, ...messages, ...(pending && { status: 'connecting' }) };
  }

  function update(): void {
    const last = arrived.at(-1);
    if (!last && connection.state === shownState) return;
    const history = last ? kept() : view.history;
    const { data, event } = last ?? view;
    const dropped = limit > 0 ? view.dropped + view.history.length + arrived.length - history.length : 0;
    view = show({ data, event, history, dropped });
    arrived = [];
    shownState = connection.state;
  }

  function kept(): readonly Message<Data>[] {
    return limit === 0 ? [] : [...view.history, ...arrived].slice(-limit);
  }

  function attach(): () => void {
    notified = view;
    let news = false;
    const { actor } = connection;
    // Only news fills a frame, and simulated time has none.
    const hasFrames = 'clock' in actor && actor.clock === systemClock;
    const frames = oncePerFrame(() => {
      update();
      if (view === notified) return false;
      const told = news;
      notified = view;
      news = false;
      for (const listener of listeners) listener(told);
      return told && hasFrames;
    });
    const forget = connection.on('*', (message) => void arrived.push(message as Message<Data>));
    // The statechart notifies once for each event, after its messages were delivered. When a stream opens, no frame is
    // full: its request came before, and was no news.
    const { unsubscribe } = (sharedUserOf.get(connection) ?? actor).subscribe(() => {
      news ||= arrived.length > 0;
      if (!(connection.state.status === 'open' && frames.isFull)) frames.showNow();
    });
    return () => {
      frames.stop();
      forget();
      unsubscribe();
    };
  }

  return {
    connection,
    commands: { open: connection.open, close: connection.close, reconnect: connection.reconnect },
    get() {
      update();
      return view;
    },
    subscribe(listener) {
      if (listeners.size === 0) detach = attach();
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) detach();
      };
    },
  };
}
