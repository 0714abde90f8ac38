import {
  getCurrentInstance,
  getCurrentScope,
  hasInjectionContext,
  inject,
  type MaybeRefOrGetter,
  onActivated,
  onDeactivated,
  onMounted,
  onScopeDispose,
  type ShallowRef,
  shallowReadonly,
  shallowRef,
  ssrContextKey,
  toValue,
  triggerRef,
  watch,
} from 'vue';
import type { Message } from '../machines/message.ts';
import { complete, type Given, oneOf, option } from '../machines/option-table.ts';
import { settingTable } from '../machines/settings.ts';
import { resourceOf } from '../transports/resource.ts';
import type { ReconnectOptions } from './connection.ts';
import { makeConnection } from './create-connection.ts';
import {
  begin,
  type ConnectionCommands,
  type ConnectionView,
  createView,
  idleStore,
  type ServerSentEventsOptions,
  unknownStore,
  type ViewableConnection,
  type ViewOptions,
  type ViewStore,
} from './view-store.ts';

export type {
  ConnectionCommands,
  ConnectionView,
  ServerSentEventsOptions,
  ViewableConnection,
  ViewOptions,
} from './view-store.ts';

/** What the composables return: what to show, as shallow read-only refs, and what to do. */
export type UseServerSentEventsResult<Data = unknown> = {
  readonly [Key in keyof ConnectionView<Data>]: Readonly<ShallowRef<ConnectionView<Data>[Key]>>;
} & ConnectionCommands;

const ownTable = {
  /**
   * What happens while a component inside `<KeepAlive>` is not shown: the connection goes on, or is closed
   * and resumed with the last event ID.
   *
   * @default 'keep'
   */
  onDeactivated: option('keep', oneOf('keep', 'pause')),
  immediate: settingTable.immediate,
};

/** What `useServerSentEvents` is given besides the URL. */
export interface UseServerSentEventsOptions<Data = unknown>
  extends ServerSentEventsOptions<Data>,
    Pick<Given<typeof ownTable>, 'onDeactivated'> {}

/**
 * Connects a scope to an event stream: a component, an `effectScope` or a Pinia setup store. The connection
 * ends with the scope, and is not opened on a server.
 *
 * The composable stands on `createConnection` and not on `useMachine`, which starts its actor in `onMounted`
 * and so never outside a component.
 *
 * A URL of another origin or path makes a new connection. One that differs in its query is the same connection: it
 * keeps its last event ID and what it shows, and the new stream is opened before the old one goes.
 *
 * @param url Where the stream is; null or undefined for none, until there is one again.
 * @throws TypeError when an option is invalid.
 */
export function useServerSentEvents<Data = unknown>(
  url: MaybeRefOrGetter<string | URL | null | undefined>,
  options: UseServerSentEventsOptions<Data> = {},
): UseServerSentEventsResult<Data> {
  const { onMessage, history, onDeactivated: _, ...rest } = options;
  const { onDeactivated: whenDeactivated, immediate } = complete(options, ownTable);
  const onServer = isOnServer();
  const target = () => toValue(url)?.toString() ?? null;
  let store: ViewStore<Data> = idleStore;
  let address: string | null = null;
  let detach = () => {};
  let wasRunning = false;
  let isAway = false;
  const shown = createRefs(store);

  function follow(to: string | null): void {
    const { connection } = store;
    if (to === null) {
      pause();
      return;
    }
    const isSame = connection !== null && address !== null && resourceOf(to) === resourceOf(address);
    const hasMoved = to !== address;
    if (!isSame) {
      disconnect();
      store = createStore(to);
      detach = shown.follow(store);
    }
    address = to;
    start();
    if (isSame && hasMoved) connection.actor.send({ type: 'move' });
  }

  function start(): void {
    if (store.connection && !isAway && !onServer) begin(store.connection, immediate || wasRunning);
  }

  function pause(): void {
    wasRunning = store.connection?.suspend() ?? false;
  }

  /** What comes after the end of the scope finds no connection to open. */
  function disconnect(): void {
    pause();
    detach();
    store = idleStore;
  }

  follow(target());
  if (!onServer) {
    watch(target, follow);
    if (getCurrentScope()) onScopeDispose(disconnect);
  }

  function createStore(first: string): ViewStore<Data> {
    const connection = makeConnection(() => address ?? first, { ...rest, immediate: false }, first);
    if (onMessage) connection.on('*', (message) => onMessage(message as Message<Data>));
    return createView(connection, { history, expected: immediate });
  }

  if (whenDeactivated === 'pause' && getCurrentInstance()) {
    onDeactivated(() => {
      isAway = true;
      pause();
    });
    onActivated(() => {
      isAway = false;
      if (target() !== null) start();
    });
  }

  /** Without a URL there is nothing to open. */
  function ifThere(act: () => void): void {
    if (target() !== null) act();
  }

  return {
    ...shown.refs,
    open: () => ifThere(store.commands.open),
    close: () => store.commands.close(),
    reconnect: (reconnectOptions: ReconnectOptions = {}) =>
      ifThere(() => store.commands.reconnect(reconnectOptions)),
  };
}

/** Shows a connection that was made elsewhere. It is neither opened nor closed by the scope. */
export function useConnection<Data = unknown>(
  connection: ViewableConnection | null | undefined,
  options: ViewOptions = {},
): UseServerSentEventsResult<Data> {
  const store = connection ? createView<Data>(connection, options) : idleStore;
  // By the time the page hydrates, the connection may be further than it was on the server.
  const hydrating = Boolean(getCurrentInstance()?.vnode.el);
  const shown = createRefs<Data>(connection && (hydrating || isOnServer()) ? unknownStore : store);
  let detach = () => {};
  const follow = () => {
    detach = shown.follow(store);
  };

  if (hydrating) onMounted(follow);
  else if (!isOnServer()) follow();
  if (getCurrentScope()) onScopeDispose(() => detach());
  return { ...shown.refs, ...store.commands };
}

type Refs<Data> = { [Key in keyof ConnectionView<Data>]: ShallowRef<ConnectionView<Data>[Key]> };

/** A ref for each field of a view, and the means to keep them filled. */
function createRefs<Data>(first: ViewStore<Data>) {
  const refs = mapFields(first.get(), (value) => shallowRef(value)) as Refs<Data>;

  function show({ get }: ViewStore<Data>, news = false): void {
    const view = get();
    const unchanged = news && Object.is(refs.data.value, view.data);
    for (const name of Object.keys(refs) as (keyof ConnectionView)[]) assign(name, view);
    // A message with the same payload as the one before is news all the same.
    if (unchanged) triggerRef(refs.data);
  }

  function assign<Name extends keyof ConnectionView>(name: Name, view: ConnectionView<Data>): void {
    refs[name].value = view[name];
  }

  function follow(store: ViewStore<Data>): () => void {
    show(store);
    return store.subscribe((news) => show(store, news));
  }

  return { refs: mapFields(refs, (ref) => shallowReadonly(ref)) as Readonly<Refs<Data>>, follow };
}

function mapFields<Fields extends object>(
  fields: Fields,
  map: (value: Fields[keyof Fields]) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, map(value)]));
}

function isOnServer(): boolean {
  return typeof document === 'undefined' || (hasInjectionContext() && inject(ssrContextKey, null) !== null);
}
