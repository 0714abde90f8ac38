import { systemClock } from '../machines/clock.ts';
import type { Message } from '../machines/message.ts';
import { complete } from '../machines/option-table.ts';
import { defaultReporter, type ErrorReporter, report } from '../transports/report.ts';
import type { EventMap } from '../transports/transport.ts';
import type { Connection } from './connection.ts';
import { oncePerFrame } from './frames.ts';
import { clockOf, createSettledState } from './settled-state.ts';
import { sharedUserOf } from './shared-connections.ts';
import {
  type AnyView,
  type ConnectionCommands,
  type ConnectionView,
  emptyMessages,
  idleView,
  type ShownMessages,
  unknownView,
  type ViewOptions,
  viewTable,
} from './view.ts';

/** The part of a connection that a view needs. Every connection has it, whatever its events. */
export type ViewableConnection = Pick<
  Connection,
  'state' | 'actor' | 'suspend' | 'resume' | 'open' | 'close' | 'reconnect'
> & {
  on(event: '*', listener: (message: Message) => void): () => void;
};

/** A store that a UI can subscribe to. While messages keep coming, it notifies at most once a frame. */
export interface ViewStore<Events extends object = EventMap, State = never> {
  readonly connection: ViewableConnection | null;
  readonly commands: ConnectionCommands;
  readonly get: () => ConnectionView<Events, State>;
  /** The listener is told whether there are new messages: `data` may be the same as before. */
  readonly subscribe: (listener: (news: boolean) => void) => () => void;
}

/** The store of any connection, whatever its types. */
export type AnyStore = ViewStore<EventMap, unknown>;

const nothing = () => {};

/** The store of a component that has no URL or no connection. */
export const idleStore: ViewStore<Record<never, never>> = {
  connection: null,
  commands: { open: nothing, close: nothing, reconnect: nothing, clear: nothing },
  get: () => idleView,
  subscribe: () => nothing,
};

/**
 * The store of a component while it hydrates: the state of a connection from elsewhere may differ from the server's.
 */
export const unknownStore: typeof idleStore = { ...idleStore, get: () => unknownView };

/** The store with `initial` as its `data`, for `reduce`. */
export function beginWith(initial: unknown, store: AnyStore): AnyStore {
  if (initial === undefined) return store;
  const view = { ...store.get(), data: initial };
  return { ...store, get: () => view };
}

/** How a store takes over the view of another. */
interface Succession {
  readonly gathers: boolean;
  readonly take: (before: AnyView, gathered: boolean) => void;
}

const successions = new WeakMap<AnyStore, Succession>();

/**
 * Lets a store take over the view of another, if its connection resumes after the last event of that one's
 * connection.
 */
export function goOnFrom(before: AnyStore, store: AnyStore): void {
  const view = before.get();
  if (view.lastEventId === '') return;
  successions.get(store)?.take(view, successions.get(before)?.gathers ?? false);
}

/** Opens the connection of a component, or resumes it after {@link Connection.suspend}. */
export function begin({ state, open, resume }: ViewableConnection, immediate: boolean): void {
  if (immediate && state.status === 'closed' && state.closeReason === null) open();
  else resume();
}

const awaited = { status: 'connecting', closeReason: null } as const;

interface CreateViewOptions extends Pick<ViewOptions, 'history' | 'settle'> {
  readonly reduce?: ((state: never, message: never) => unknown) | undefined;
  readonly initial?: unknown;
  /**
   * The connection is about to be opened. Until then it shows as `connecting`, on a server and in the first render
   * alike.
   */
  readonly expected?: boolean;
  readonly reportError?: ErrorReporter | undefined;
}

/** @throws TypeError when an option is invalid. */
export function createView(connection: ViewableConnection, options: CreateViewOptions = {}): AnyStore {
  const { history, settle, reduce, initial } = complete(options, viewTable);
  const { expected = false, reportError = defaultReporter } = options;
  if (reduce && initial === undefined) throw new TypeError('`reduce` needs an `initial` to begin with.');
  const limit = Math.floor(history); // `slice(-0.5)` keeps everything
  const listeners = new Set<(news: boolean) => void>();
  const settled = createSettledState(connection, settle, () => showNow());
  const cleared = { ...emptyMessages, data: initial };
  let arrived: Message[] = [];
  /** The index in `arrived` from which to gather anew, because a gap came before it. */
  let restartAt: number | undefined;
  let shownState = settled.get();
  let view = show(cleared);
  let notified = view;
  let detach = nothing;
  let showNow = nothing;

  function show(messages: ShownMessages<EventMap, unknown>): AnyView {
    const state =
      expected && shownState.status === 'closed' && shownState.closeReason === null
        ? { ...shownState, ...awaited }
        : shownState;
    return { ...state, ...messages, state };
  }

  function update(): void {
    const state = settled.get();
    const last = arrived.at(-1);
    if (!last && restartAt === undefined && state === shownState) return;
    shownState = state;
    const history = last ? kept() : view.history;
    view = show({
      data: reduce ? gather() : (last ?? view).data,
      event: (last ?? view).event,
      latest: last ? lastOfEach() : view.latest,
      history,
      dropped: limit > 0 ? view.dropped + view.history.length + arrived.length - history.length : 0,
    });
    arrived = [];
    restartAt = undefined;
  }

  function gather(): unknown {
    let gathered = restartAt === undefined ? view.data : initial;
    for (const message of arrived.slice(restartAt)) {
      try {
        gathered = reduce?.(gathered as never, message as never);
      } catch (error) {
        report(reportError, error);
      }
    }
    return gathered;
  }

  function take({ data, event, latest, history, dropped }: AnyView, gathered: boolean): void {
    const last = limit === 0 ? [] : history.slice(-limit);
    const before = dropped + history.length - last.length;
    view = show({
      data: gathered === Boolean(reduce) ? data : initial,
      ...{ event, latest, history: last, dropped: limit > 0 ? before : 0 },
    });
    showNow();
  }

  function lastOfEach(): AnyView['latest'] {
    return { ...view.latest, ...Object.fromEntries(arrived.map((message) => [message.event, message])) };
  }

  function kept(): readonly Message[] {
    return limit === 0 ? [] : [...view.history, ...arrived].slice(-limit);
  }

  function attach(): () => void {
    settled.watch(true);
    notified = view;
    let news = false;
    const { actor } = connection;
    // Only messages fill a frame. A simulated clock has no frames.
    const hasFrames = clockOf(actor) === systemClock;
    const frames = oncePerFrame(() => {
      update();
      if (view === notified) return false;
      const told = news;
      notified = view;
      news = false;
      for (const listener of listeners) listener(told);
      return told && hasFrames;
    });
    ({ showNow } = frames);
    const forget = connection.on('*', (message) => void arrived.push(message));
    const restart = () => {
      if (reduce) restartAt = arrived.length;
    };
    const user = sharedUserOf.get(connection);
    const gaps = user?.onGap(restart) ?? actor.on('gap', restart);
    // The statechart notifies once for each event, after its messages were delivered. When a stream opens, no frame
    // is full, because the state before it was shown without messages.
    const { unsubscribe } = (user ?? actor).subscribe(() => {
      news ||= arrived.length > 0;
      if (!(connection.state.status === 'open' && frames.isFull)) frames.showNow();
    });
    return () => {
      showNow = nothing;
      frames.stop();
      forget();
      gaps.unsubscribe();
      unsubscribe();
      settled.watch(false);
    };
  }

  const store: AnyStore = {
    connection,
    commands: {
      open: connection.open,
      close: connection.close,
      reconnect: connection.reconnect,
      clear() {
        arrived = [];
        restartAt = undefined;
        view = show(cleared);
        showNow();
      },
    },
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
  successions.set(store, { gathers: reduce !== undefined, take });
  return store;
}
