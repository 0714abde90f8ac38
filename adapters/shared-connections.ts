import type { ConnectionCommand } from '../machines/connection.ts';
import type { Message } from '../machines/message.ts';
import { isFunction } from '../machines/option-table.ts';
import { isExpected, leaveOut } from '../transports/asked-for.ts';
import { createMessageCheck } from '../transports/check-messages.ts';
import { readAnew } from '../transports/refresh.ts';
import { schemasIn } from '../transports/schemas.ts';
import type { Supplied } from '../transports/transport.ts';
import { closeOnAbort } from './close-on-abort.ts';
import {
  type Connection,
  type ConnectionState,
  isAtRest,
  type ReconnectOptions,
  type Writable,
} from './connection.ts';
import { asyncDispose } from './dispose.ts';
import { iterate } from './iterate.ts';
import { createLifecycle } from './lifecycle.ts';
import { callGuarded, Listeners } from './listeners.ts';
import { createMessageListeners } from './message-listeners.ts';
import { type ConnectionOptions, checkLastEventId, checkName, completeOptions } from './options.ts';
import {
  addressOf,
  keyOf,
  nameless,
  namesFor,
  own,
  refuseContradictions,
  reportContradictions,
  topicless,
  type User,
  unheld,
  wantedBy,
} from './sharing-rules.ts';

/**
 * The URL of a stream, or a function that returns it for every attempt. With `topics`, the function gets those of all
 * users.
 */
export type ConnectionUrl =
  | string
  | URL
  | ((topics: readonly string[]) => string | URL | Promise<string | URL>);

/** Makes a connection that is not shared, as `makeConnection` does. */
type MakeConnection = (
  url: Supplied<string | URL>,
  options: ConnectionOptions,
  shownUrl: unknown,
) => Connection;

/** A connection and its users. */
interface SharedConnection {
  readonly connection: Connection;
  readonly users: ReadonlySet<User>;
  /** The user whose functions are called: the first of the present users, or the last one that left. */
  readonly lead: User;
  /** The position in the messages: a new object for every batch. */
  readonly place: object;
  /**
   * @returns The messages that came since this user left, if it was the last to leave; undefined when they are not
   * known.
   */
  join(user: User): readonly Message[] | undefined;
  /** @param lastEventId The ID of the last message that this user has heard. */
  leave(user: User, lastEventId: string): void;
  /** The URL or the topics of a user may have changed. */
  update(): void;
}

/** The functions of a user that adapters need, in addition to its {@link Connection}. */
interface SharedUser {
  /**
   * Calls a listener after every event of the statechart, as `actor.subscribe` does, and when this user joins or
   * leaves.
   */
  subscribe(listener: () => void): { unsubscribe(): void };
  /** Calls a listener when events may have been lost for this user. */
  onGap(listener: () => void): { unsubscribe(): void };
  /** The URL or the topics of this user may have changed. */
  update(url: ConnectionUrl): void;
  /** Opens the connection after the event with this ID, unless others have opened it before. */
  succeed(lastEventId: string): void;
}

/** How long the topics have to stay the same before another stream is requested, in milliseconds. */
const settleTime = 200;

/** How many messages are kept for the last user, which may come back during `linger`. */
const mostHeld = 1_000;

/** The connections that have users, or linger, by {@link keyOf}. */
const shared = new Map<string, SharedConnection>();

/** Keyed by the actor of the connection. */
const usersOfActor = new WeakMap<object, ReadonlySet<User>>();

/** Keyed by the results of {@link shareConnection}. */
export const sharedUserOf = new WeakMap<object, SharedUser>();

/** How many users a connection has; undefined where it is not shared. */
export function usersOf(actor: object): number | undefined {
  return usersOfActor.get(actor)?.size;
}

/**
 * Makes one user of a shared connection. It counts as a user from `open` to `close`.
 *
 * @param isRendered Made by a render, which may be discarded before the connection is opened.
 * @throws TypeError when an option is invalid or, in development, contradicts that of another user. For a component,
 * the contradiction is reported instead.
 */
export function shareConnection(
  make: MakeConnection,
  url: ConnectionUrl,
  options: ConnectionOptions,
  shownUrl: unknown,
  isRendered: boolean,
): Connection {
  const settings = completeOptions(options);
  const { share, immediate, reportError, bufferSize, overflow, signal, topics, clock } = settings;
  if (share === true && isFunction(shownUrl)) throw new TypeError(nameless);
  if (topics && !isFunction(shownUrl)) throw new TypeError(topicless);
  if (overflow === 'wait') throw new TypeError(unheld);
  const user: User = {
    options,
    settings,
    url,
    shownUrl,
    wanted: wantedBy(settings),
    address: addressOf(shownUrl),
  };
  const key = keyOf(user);
  if (!isRendered) refuseContradictions(user, shared);
  let stream = shared.get(key) ?? createShared(make, key, user);
  const listeners = createMessageListeners(reportError);
  const subscribers = new Listeners<ConnectionState>();
  const onlookers = new Listeners<void>();
  const gaps = new Listeners<void>();
  const lifecycle = createLifecycle(settings);
  let detach: (() => void) | undefined;
  /** Whether the connection was running when this user was suspended; undefined when it is not. */
  let away: 'running' | 'idle' | undefined;
  let isOver = false;
  /** The ID of the last message that was delivered, while the state has an older or a later one. */
  let heard: string | undefined;
  let presence = new AbortController();
  let check: ReturnType<typeof createMessageCheck> | undefined;
  /** Resolves once all messages are delivered; undefined while no schema takes time. */
  let checking: Promise<void> | undefined;

  function attach(): void {
    const { actor } = stream.connection;
    connection.actor = actor;
    presence = new AbortController();
    const { signal } = presence;
    const schemas = schemasIn(settings.events);
    check =
      schemas && createMessageCheck({ schemas, settings, connection: actor, signal, onUnknown: () => {} });
    const subscriptions = [
      actor.on('messages', ({ messages }) => detach && receive(messages)),
      actor.on('gap', () => gaps.call(undefined, reportError)),
      ...lifecycle.heed(actor),
      actor.subscribe(() => detach && show(stream.connection.state)),
    ];
    detach = () => {
      presence.abort();
      checking = undefined;
      for (const { unsubscribe } of subscriptions) unsubscribe();
    };
  }

  function receive(messages: readonly Message[]): void {
    const { wanted } = user;
    const { place } = stream;
    const { signal } = presence;
    const before = checking;
    const lastId = messages.at(-1)?.id;
    const own = wanted ? messages.filter(({ event }) => wanted.includes(event)) : messages;
    const checked = check ? check(own) : own;
    if (!before && !(checked instanceof Promise)) {
      deliver(checked, place, lastId);
      return;
    }
    user.place = {};
    heard ??= connection.state.lastEventId;
    const done = deliverLater();
    checking = done;

    async function deliverLater(): Promise<void> {
      await before;
      const passed = await checked;
      if (!signal.aborted) deliver(passed, place, lastId);
      if (checking === done) checking = undefined;
    }
  }

  function deliver(messages: readonly Message[], place: object, lastId: string | undefined): void {
    user.place = {}; // matches no position, in case a listener leaves during the delivery
    if (!listeners.deliver(messages)) return;
    user.place = place;
    heard = lastId;
  }

  function show(state: ConnectionState): void {
    if (!checking) heard = undefined;
    if (state !== connection.state) {
      connection.state = state;
      heedSignal?.(state);
      subscribers.call(state, reportError);
    }
    lifecycle.tell(state, connection.actor);
    onlookers.call(undefined, reportError);
  }

  function tellOpened(): void {
    const { state, actor } = connection;
    if (state.status === 'open') lifecycle.tell(state, actor, { type: 'opened' });
  }

  /** Joins the other users, unless it has, and sends a command for all of them. */
  function join(command: (state: ConnectionState) => ConnectionCommand): void {
    away = undefined;
    if (signal?.aborted) connection.close();
    if (isOver || signal?.aborted) return;
    const { lastEventId } = connection.state;
    const wasHere = user.place !== undefined;
    let missed: readonly Message[] | undefined = [];
    const comes = !detach;
    if (comes) {
      if (isRendered) reportContradictions(user, shared);
      else if (!wasHere) refuseContradictions(user, shared);
      stream = shared.get(key) ?? stream;
      attach();
      missed = stream.join(user);
    }
    const { actor, state } = stream.connection;
    // Not at once, because the caller of `createConnection` does not have its result yet.
    if (comes && state.status === 'open') Promise.resolve().then(tellOpened);
    actor.send(command(state));
    show(stream.connection.state);
    if (missed?.length) receive(missed);
    if (!missed && wasHere) {
      gaps.call(undefined, reportError);
      lifecycle.tell(connection.state, actor, { type: 'gap', reason: 'away', lastEventId });
    }
  }

  function leave(isClosed: boolean): void {
    const { state } = connection;
    const lastEventId = listeners.stop() ?? heard ?? state.lastEventId;
    const isIdle = state.status === 'closed' && state.closeReason !== 'paused';
    detach?.();
    if (detach) stream.leave(user, lastEventId);
    detach = undefined;
    if (isClosed ? state.closeReason !== 'app' : !isIdle) show({ ...state, ...closedByApp, lastEventId });
    if (!isIdle) lifecycle.tell(connection.state, connection.actor, { type: 'closed', reason: 'app' });
  }

  const connection: Writable<Connection> = {
    actor: stream.connection.actor,
    state: notOpened,
    on(event: string, listener: (message: never) => void) {
      if (event !== '*') checkName(event, user.wanted);
      stream.connection.on(event, () => {})(); // so that the event counts as asked for
      return listeners.add(event, listener);
    },
    subscribe(listener) {
      const forget = subscribers.add(listener);
      callGuarded(listener, connection.state, reportError);
      return forget;
    },
    open: () => join(() => ({ type: 'open' })),
    close() {
      away = undefined;
      leave(true);
    },
    reconnect({ lastEventId }: ReconnectOptions = {}) {
      checkLastEventId(lastEventId);
      join(() => ({ type: 'reconnect', lastEventId }));
    },
    suspend() {
      if (detach) {
        away = isAtRest(connection.state) ? 'idle' : 'running';
        leave(false);
      }
      return away === 'running';
    },
    resume() {
      const before = away;
      if (!before) return;
      join(() => ({ type: 'resume', at: clock.now() }));
      // The connection had failed before its last user left.
      if (before === 'running' && connection.state.closeReason === 'app') connection.open();
    },
    [Symbol.asyncIterator]: () => iterate(connection, bufferSize),
    async [asyncDispose]() {
      connection.close();
      isOver = true;
    },
  };
  const heedSignal = signal && closeOnAbort(signal, connection, isRendered);
  sharedUserOf.set(connection, {
    subscribe: (listener) => ({ unsubscribe: onlookers.add(listener) }),
    onGap: (listener) => ({ unsubscribe: gaps.add(listener) }),
    update(next) {
      user.address = addressOf(next);
      if (detach) stream.update();
    },
    succeed: (lastEventId) =>
      join(({ status, closeReason }) =>
        status === 'closed' && closeReason === null && lastEventId
          ? { type: 'reconnect', lastEventId }
          : { type: 'open' },
      ),
  });
  heedSignal?.(connection.state);
  if (signal?.aborted) connection.close();
  else if (immediate) connection.open();
  return connection;
}

const closedByApp = { status: 'closed', closeReason: 'app', retryAt: null, openedAt: null } as const;

const notOpened: ConnectionState = {
  ...closedByApp,
  closeReason: null,
  retries: 0,
  error: null,
  lastEventId: '',
};

function createShared(make: MakeConnection, key: string, first: User): SharedConnection {
  const { clock } = first.settings;
  const users = new Set<User>();
  let lead = first;
  let place = {};
  /** The messages that came since the last user left. */
  let held: readonly Message[] = [];
  let lingering: unknown;
  let settling: unknown;
  let topics: readonly string[] = [];
  /** The events that any user wants; undefined when one wants all, or when there are no users. */
  let wantedNames: readonly string[] | undefined;
  /** The address and topics of the last request (`asked`), and those of the next one (`wanted`). */
  let asked: string | undefined;
  let wanted: string | undefined;
  /** The ID of the last message that the last user heard. */
  let heard = '';

  /** Called a moment after the request was decided on, so that users that join in that moment count too. */
  function url(): string | URL | Promise<string | URL> {
    asked = wanted;
    return isFunction(lead.url) ? lead.url(topics as never) : lead.url;
  }

  const connection = make(
    url,
    optionsOf(first, () => lead),
    first.shownUrl,
  );
  const { actor } = connection;
  usersOfActor.set(actor, users);
  actor.on('messages', ({ messages }) => {
    if (wantedNames) {
      const names = wantedNames;
      const unwanted = messages.map(({ event }) => event).filter((event) => !isExpected(event, names));
      if (unwanted.length > 0) leaveOut(actor, unwanted, lead.settings);
    }
    if (users.size === 0 && held.length < mostHeld) held = [...held, ...messages];
    else [place, held] = [{}, []];
  });

  function update(): void {
    topics = [...new Set([...users].flatMap(topicsOf))].sort();
    const next = JSON.stringify([lead.address, topics]);
    if (next === wanted) return;
    wanted = next;
    clock.clearTimeout(settling);
    if (asked !== undefined && wanted !== asked) settling = clock.setTimeout(moveOn, settleTime);
  }

  /** Not needed while no request has been sent: the next one will have the new topics. */
  function moveOn(): void {
    const { status } = connection.state;
    if (wanted !== asked && (status === 'open' || status === 'connecting')) actor.send({ type: 'move' });
  }

  /**
   * The last user has been gone for `linger`. If it comes back, the stream resumes after the last message that it
   * heard.
   */
  function putAway(): void {
    shared.delete(key);
    held = [];
    place = lead.place ?? place;
    actor.send({ type: 'suspend', lastEventId: heard });
  }
  const it: SharedConnection = {
    connection,
    users,
    get lead() {
      return lead;
    },
    get place() {
      return place;
    },
    join(user) {
      clock.clearTimeout(lingering);
      shared.set(key, it);
      users.add(user);
      [lead = user] = users;
      wantedNames = wantedByAny(users);
      const missed = user.place === place ? held : undefined;
      if (held.length > 0) [place, held] = [{}, []];
      user.place = place;
      update();
      return missed;
    },
    leave(user, lastEventId) {
      users.delete(user);
      [lead = user] = users;
      wantedNames = wantedByAny(users);
      if (users.size > 0) {
        update();
        return;
      }
      clock.clearTimeout(settling);
      wanted = asked ?? wanted;
      heard = lastEventId;
      lingering = clock.setTimeout(putAway, user.settings.linger);
    },
    update,
  };
  return it;
}

function wantedByAny(users: ReadonlySet<User>): readonly string[] | undefined {
  const all = [...users].map(({ wanted }) => wanted);
  return all.length > 0 && all.every((names) => names !== undefined) ? all.flat() : undefined;
}

/** The options of the connection itself. Functions are those of a user that is present. */
function optionsOf(first: User, lead: () => User): ConnectionOptions {
  const entries = Object.entries(first.options).map(([name, value]: [string, unknown]) => {
    if (own.includes(name) && name !== 'share') return [name, undefined];
    if (name === 'events') return [name, namesFor(first.settings)];
    if (!isFunction(value) || name === 'transport' || name === 'EventSource') return [name, value];
    const latest = () => {
      const given: unknown = Reflect.get(lead().options, name);
      return isFunction(given) ? given : value;
    };
    return [name, name === 'refresh' ? readAnew(latest) : (...given: never[]) => latest()(...given)];
  });
  return { ...Object.fromEntries(entries), immediate: false };
}

function topicsOf({ settings: { topics = [] } }: User): readonly string[] {
  return isFunction(topics) ? topics() : topics;
}
