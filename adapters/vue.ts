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
import { anyOf, check, type Rules } from '../machines/rules.ts';
import { createConnection } from './vanilla.ts';
import {
  type ConnectionCommands,
  type ConnectionView,
  createView,
  idleStore,
  leave,
  type ServerSentEventsOptions,
  unknownStore,
  type ViewableConnection,
  type ViewOptions,
  type ViewStore,
} from './view.ts';

export type {
  ConnectionCommands,
  ConnectionView,
  ServerSentEventsOptions,
  ViewableConnection,
  ViewOptions,
} from './view.ts';

/** What the composables return: what to show, as shallow read-only refs, and what to do. */
export type UseServerSentEventsResult<Data = unknown> = {
  readonly [Key in keyof ConnectionView<Data>]: Readonly<ShallowRef<ConnectionView<Data>[Key]>>;
} & ConnectionCommands;

/** What `useServerSentEvents` is given besides the URL. */
export interface UseServerSentEventsOptions<Data = unknown> extends ServerSentEventsOptions<Data> {
  /**
   * What happens while a component inside `<KeepAlive>` is not shown: the connection goes on, or is closed
   * and resumed with the last event ID.
   *
   * @default 'keep'
   */
  readonly onDeactivated?: 'keep' | 'pause' | undefined;
}

const ownRules: Rules<Pick<UseServerSentEventsOptions, 'onDeactivated'>> = {
  onDeactivated: anyOf("'keep'", "'pause'"),
};

/**
 * Connects a scope to an event stream: a component, an `effectScope` or a Pinia setup store. The connection
 * ends with the scope, and is not opened on a server.
 *
 * The composable stands on `createConnection` and not on `useMachine`, which starts its actor in `onMounted`
 * and so never outside a component.
 *
 * @param url Where the stream is; a new one makes a new connection, null or undefined none.
 * @throws TypeError when an option is not what it may be.
 */
export function useServerSentEvents<Data = unknown>(
  url: MaybeRefOrGetter<string | URL | null | undefined>,
  options: UseServerSentEventsOptions<Data> = {},
): UseServerSentEventsResult<Data> {
  const { onMessage, history, onDeactivated: whenDeactivated = 'keep', immediate = true, ...rest } = options;
  check({ onDeactivated: whenDeactivated }, ownRules);
  const onServer = isOnServer();
  const target = () => toValue(url)?.toString() ?? null;
  let store: ViewStore<Data> = idleStore;
  let detach = () => {};
  let resume = false;
  let deactivated = false;
  const shown = createRefs(store);

  function connect(to: string | null): void {
    disconnect();
    store = to === null ? idleStore : createStore(to);
    detach = shown.follow(store);
    resume ||= immediate;
    start();
  }

  function start(): void {
    if (!resume || deactivated || onServer) return;
    resume = false;
    store.commands.open();
  }

  function pause(): void {
    if (store.connection && leave(store.connection, options)) resume = true;
  }

  /** What comes after the end of the scope finds no connection to open. */
  function disconnect(): void {
    pause();
    detach();
    store = idleStore;
  }

  connect(target());
  if (!onServer) {
    watch(target, connect);
    if (getCurrentScope()) onScopeDispose(disconnect);
  }

  function createStore(target: string): ViewStore<Data> {
    const connection = createConnection(target, { ...rest, immediate: false });
    if (onMessage) connection.on('*', (message) => onMessage(message as Message<Data>));
    return createView(connection, { history, expected: immediate });
  }

  if (whenDeactivated === 'pause' && getCurrentInstance()) {
    onDeactivated(() => {
      deactivated = true;
      pause();
    });
    onActivated(() => {
      deactivated = false;
      start();
    });
  }

  return {
    ...shown.refs,
    open: () => store.commands.open(),
    close: () => {
      resume = false;
      store.commands.close();
    },
    reconnect: () => store.commands.reconnect(),
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
