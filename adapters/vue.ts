import {
  type ComputedRef,
  computed,
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
  shallowRef,
  ssrContextKey,
  toValue,
  triggerRef,
  watch,
} from 'vue';
import { complete, type Given, oneOf, option } from '../machines/option-table.ts';
import { settingTable } from '../machines/settings.ts';
import { type ComponentUrl, createComponentConnection } from './component-connection.ts';
import type { ReconnectOptions } from './connection.ts';
import {
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

/**
 * What the composables return: what to show, as computed refs, and what to do. In a Pinia store they are getters and not
 * state: a stream is nothing to send from the server to the page, or to write into.
 */
export type UseServerSentEventsResult<Data = unknown> = {
  readonly [Key in keyof ConnectionView<Data>]: ComputedRef<ConnectionView<Data>[Key]>;
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

/** The options of `useServerSentEvents`. */
export interface UseServerSentEventsOptions<Data = unknown>
  extends ServerSentEventsOptions<Data>,
    Pick<Given<typeof ownTable>, 'onDeactivated'> {}

/**
 * Connects a scope to an event stream: a component, an `effectScope` or a Pinia setup store. The connection
 * ends with the scope, and is not opened on a server. Outside a scope nothing ends it: after an `await` in `setup`, in
 * a listener or the callback of a `watch`. In development a warning says so.
 *
 * The composable stands on `createConnection` and not on `useMachine`, which starts its actor in `onMounted`
 * and so never outside a component.
 *
 * A URL of another origin or path makes a new connection. One that differs in its query is the same connection: it
 * keeps its last event ID and what it shows, and the new stream is opened before the old one goes.
 *
 * @param url Where the stream is; null or undefined for none, until there is one again. With `topics`, a function that
 * makes it of the topics of all users, and no getter.
 * @throws TypeError when an option is invalid. One that contradicts those of others that share is reported.
 */
export function useServerSentEvents<Data = unknown>(
  url: MaybeRefOrGetter<string | URL | null | undefined> | ((topics: readonly string[]) => string | URL),
  options: UseServerSentEventsOptions<Data> = {},
): UseServerSentEventsResult<Data> {
  const { onDeactivated: _, ...rest } = options;
  const { onDeactivated: whenDeactivated, immediate } = complete(options, ownTable);
  const onServer = isOnServer();
  const { share, topics } = options;
  const target = (): ComponentUrl | null =>
    // With `topics` it is no getter, but the function that makes the URL of them.
    topics && typeof url === 'function'
      ? (url as ComponentUrl)
      : (toValue(url as Getter)?.toString() ?? null);
  const component = createComponentConnection<Data>();
  let store: ViewStore<Data> = idleStore;
  let detach = () => {};
  // By the time that a component hydrates, a connection that others use may be further than it was on the server.
  const isEarly = Boolean(share && getCurrentInstance()?.vnode.el);
  let isAway = onServer || isEarly;
  const shown = createRefs(store);

  function follow(to: ComponentUrl | null): void {
    if (to === null) {
      component.leave();
      return;
    }
    const next = component.storeFor(to, rest);
    if (next !== store) {
      detach();
      store = next;
      detach = shown.follow(store);
    }
    enter();
  }

  function enter(): void {
    const url = target();
    if (!isAway && url !== null) component.enter(store, url, immediate);
  }

  function leave(): void {
    isAway = true;
    component.leave();
  }

  function arrive(): void {
    isAway = false;
    enter();
  }

  follow(target());
  if (!onServer) {
    watch(target, follow);
    if (topics) watch(() => JSON.stringify(toValue(topics)), enter);
    if (isEarly) onMounted(arrive);
    if (getCurrentScope()) {
      onScopeDispose(() => {
        leave();
        detach();
      });
    } else warnOfNoScope('useServerSentEvents');
  }
  if (whenDeactivated === 'pause' && getCurrentInstance()) {
    onDeactivated(leave);
    onActivated(arrive);
  }

  const commands = () => component.commandsOf(store);
  return {
    ...shown.refs,
    open: () => commands().open(),
    close: () => commands().close(),
    reconnect: (reconnectOptions: ReconnectOptions = {}) => commands().reconnect(reconnectOptions),
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
  else if (!isOnServer()) warnOfNoScope('useConnection');
  return { ...shown.refs, ...store.commands };
}

type Getter = MaybeRefOrGetter<string | URL | null | undefined>;

type Refs<Data> = { [Key in keyof ConnectionView<Data>]: ShallowRef<ConnectionView<Data>[Key]> };
/** With this mark of shallow refs, `watch(data)` hears a trigger although the value is the same. */
const passesTriggersOn = { __v_isShallow: true };

type ComputedRefs<Data> = { [Key in keyof ConnectionView<Data>]: ComputedRef<ConnectionView<Data>[Key]> };

/** A ref for each field of a view, and the means to keep them filled. */
function createRefs<Data>(first: ViewStore<Data>) {
  const refs = mapFields(first.get(), (value) => shallowRef(value)) as Refs<Data>;
  const shown = mapFields(refs, (ref) => computed(() => ref.value)) as ComputedRefs<Data>;
  Object.assign(shown.data, passesTriggersOn);

  function show({ get }: ViewStore<Data>, news = false): void {
    const view = get();
    const unchanged = news && Object.is(refs.data.value, view.data);
    for (const name of Object.keys(refs) as (keyof ConnectionView)[]) assign(name, view);
    // A message with the same payload as the one before is news all the same.
    if (unchanged) triggerRef(shown.data);
  }

  function assign<Name extends keyof ConnectionView>(name: Name, view: ConnectionView<Data>): void {
    refs[name].value = view[name];
  }

  function follow(store: ViewStore<Data>): () => void {
    show(store);
    return store.subscribe((news) => show(store, news));
  }

  return { refs: shown, follow };
}

function mapFields<Fields extends object>(
  fields: Fields,
  map: (value: Fields[keyof Fields]) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, map(value)]));
}

/** Without a scope nothing ends with the component. In production a bundler leaves out the body. */
function warnOfNoScope(name: string): void {
  try {
    if (process.env.NODE_ENV !== 'production') {
      console.warn(
        `\`${name}\` was called outside a scope, so nothing ends it. Call it in \`setup\` before any \`await\`, or in an \`effectScope\`.`,
      );
    }
  } catch {}
}

function isOnServer(): boolean {
  return typeof document === 'undefined' || (hasInjectionContext() && inject(ssrContextKey, null) !== null);
}

declare const process: { env: { NODE_ENV?: string } };
