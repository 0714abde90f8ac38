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
  shallowRef,
  ssrContextKey,
  toValue,
  triggerRef,
  watch,
} from 'vue';
import { complete, type Given, oneOf, option } from '../machines/option-table.ts';
import { settingTable } from '../machines/settings.ts';
import type { EventSchemas } from '../transports/schemas.ts';
import type { EventMap } from '../transports/transport.ts';
import { type ComponentUrl, createComponentConnection, optionsAsText } from './component-connection.ts';
import type { Connection, ReconnectOptions } from './connection.ts';
import { namesIn, readLate, topicsIn } from './late-options.ts';
import { type Choice, createChooser } from './selection.ts';
import type {
  AnyOptions,
  AnyView,
  ConnectionCommands,
  ConnectionView,
  ServerSentEventsOptions,
  ViewOptions,
} from './view.ts';
import { type AnyStore, beginWith, createView, idleStore, unknownStore } from './view-store.ts';

export { eventTypes } from '../transports/schemas.ts';
export type {
  ConnectionCommands,
  ConnectionView,
  LatestMessages,
  ServerSentEventsOptions,
  ShownMessages,
  ViewOptions,
} from './view.ts';

/**
 * The result of the composables: the state and the messages to show, as computed refs, the commands, and the
 * connection. In a Pinia store these refs are getters and not state, so the server does not send them to the page,
 * and nobody can write to them.
 */
export type UseServerSentEventsResult<
  Events extends object = EventMap,
  State = never,
  Selected = never,
> = ConnectionCommands & {
  /**
   * The connection, to add listeners to it or to watch it. It stays the same until the composable makes another, for
   * a URL of another origin or path, or for other options. Null on a server and without a URL. The scope opens and
   * closes it, so use the commands of the composable.
   */
  readonly connection: ComputedRef<Connection<Events> | null>;
} & ([Selected] extends [never]
    ? AsRefs<ConnectionView<Events, State>>
    : { readonly selected: ComputedRef<Selected> });

type AsRefs<View> = { readonly [Key in keyof View]: ComputedRef<View[Key]> };

const ownTable = {
  /**
   * The behavior of the connection while a component inside `<KeepAlive>` is not shown: `'keep'` lets it go on,
   * `'pause'` closes it and resumes it with the last event ID.
   *
   * @default 'keep'
   */
  onDeactivated: option('keep', oneOf('keep', 'pause')),
  immediate: settingTable.immediate,
};

/** The options of `useServerSentEvents`. */
export interface UseServerSentEventsOptions<Events extends object = EventMap, State = never, Selected = never>
  extends ServerSentEventsOptions<Events, State, Selected>,
    Pick<Given<typeof ownTable>, 'onDeactivated'> {}

type Url = MaybeRefOrGetter<string | URL | null | undefined> | ((topics: readonly string[]) => string | URL);

/**
 * Connects a scope to an event stream: a component, an `effectScope` or a Pinia setup store. The connection ends with
 * the scope, and is not opened on a server. Outside a scope nothing ends it: that is after an `await` in `setup`, in
 * a listener, or in the callback of a `watch`. In development, a warning says so.
 *
 * The composable is built on `createConnection`, not on `useMachine`: that one starts its actor in `onMounted`, so
 * never outside a component.
 *
 * A URL of another origin or path makes a new connection. When only the query changes, the connection stays: it keeps
 * its last event ID and what it shows, and the new stream is opened before the old one is dropped.
 *
 * @param url The URL of the stream; null or undefined for none. With `topics` it is no getter, but a function that
 * makes the URL from the topics of all users.
 * @param options If they are a getter or a ref, `headers`, `body`, the functions and the schemas are read anew at
 * every use, if they were given at first. Another name, number, string, boolean or list among them makes a new
 * connection, which resumes after the last event.
 * @throws TypeError when an option is invalid. An option that contradicts that of another user of a shared connection
 * is reported.
 */
export function useServerSentEvents<Events extends object, State = never, Selected = never>(
  url: Url,
  options: MaybeRefOrGetter<
    UseServerSentEventsOptions<Events, State, Selected> & { readonly events: EventSchemas<Events> }
  >,
): UseServerSentEventsResult<Events, State, Selected>;
export function useServerSentEvents<const Name extends string, State = never, Selected = never>(
  url: Url,
  options: MaybeRefOrGetter<
    UseServerSentEventsOptions<Record<Name | 'message', unknown>, State, Selected> & {
      readonly events: readonly Name[];
    }
  >,
): UseServerSentEventsResult<Record<Name | 'message', unknown>, State, Selected>;
export function useServerSentEvents<Events extends object = EventMap, State = never, Selected = never>(
  url: Url,
  options?: MaybeRefOrGetter<UseServerSentEventsOptions<Events, State, Selected>>,
): UseServerSentEventsResult<Events, State, Selected>;
export function useServerSentEvents(
  url: Url,
  options: MaybeRefOrGetter<AnyOptions & Pick<UseServerSentEventsOptions, 'onDeactivated'>> = {},
): object {
  const first = toValue(options);
  const { onDeactivated: whenDeactivated, immediate } = complete(first, ownTable);
  const changes = first !== options;
  function given(): AnyOptions {
    const { onDeactivated: _, ...rest } = toValue(options);
    return rest;
  }
  const onServer = isOnServer();
  const { share, topics, select } = first;
  const target = (): ComponentUrl | null =>
    // With `topics`, `url` is no getter, but the function that makes the URL.
    topics && typeof url === 'function'
      ? (url as ComponentUrl)
      : (toValue(url as Getter)?.toString() ?? null);
  const component = createComponentConnection<EventMap, unknown>();
  let store = beginWith(first.initial, idleStore);
  let detach = () => {};
  // When a component hydrates, a shared connection may have moved on since the server rendered.
  const isEarly = Boolean(share && getCurrentInstance()?.vnode.el);
  let isAway = onServer || isEarly;
  const shown = createRefs(store, select && ((view) => (given().select ?? select)(view)));
  const connection = shallowRef(store.connection);

  function follow(): void {
    const to = target();
    if (to === null) {
      connection.value = null;
      component.leave();
      return;
    }
    const now = given();
    const next = component.storeFor(to, changes ? readLate(now, given) : now);
    if (next !== store) {
      detach();
      store = next;
      detach = shown.follow(store);
    }
    if (!onServer) connection.value = store.connection;
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

  follow();
  if (!onServer) {
    watch(target, follow);
    if (changes) watch(() => namesIn(given()) + optionsAsText(given()), follow);
    if (topics) watch(() => JSON.stringify(topicsIn(given())), enter);
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
    clear: () => commands().clear(),
    connection: computed(() => connection.value),
  };
}

/** Shows a connection that was made elsewhere. The scope neither opens nor closes it. */
export function useConnection<Events extends object = EventMap, State = never, Selected = never>(
  connection: Connection<Events> | null | undefined,
  options?: ViewOptions<Events, State, Selected>,
): UseServerSentEventsResult<Events, State, Selected>;
export function useConnection(
  connection: Connection | null | undefined,
  options: ViewOptions<EventMap, unknown, unknown> = {},
): object {
  const { select, ...shownAs } = options;
  const early = beginWith(shownAs.initial, connection ? unknownStore : idleStore);
  const store = connection ? createView(connection, shownAs) : early;
  // When the page hydrates, the connection may have moved on since the server rendered.
  const hydrating = Boolean(getCurrentInstance()?.vnode.el);
  const shown = createRefs(hydrating || isOnServer() ? early : store, select);
  let detach = () => {};
  const follow = () => {
    detach = shown.follow(store);
  };

  if (hydrating) onMounted(follow);
  else if (!isOnServer()) follow();
  if (getCurrentScope()) onScopeDispose(() => detach());
  else if (!isOnServer()) warnOfNoScope('useConnection');
  return { ...shown.refs, ...store.commands, connection: computed(() => store.connection) };
}

type Getter = MaybeRefOrGetter<string | URL | null | undefined>;

/** With this mark, which shallow refs have, `watch(data)` fires for a trigger although the value is the same. */
const passesTriggersOn = { __v_isShallow: true };

type Fields = AnyView | Choice;

/** Makes a ref for each field of a view, or for what `select` chooses, and keeps them up to date. */
function createRefs(first: AnyStore, select?: (view: AnyView) => unknown) {
  const choose = select && createChooser(select);
  const fieldsOf = ({ get }: AnyStore): Fields => (choose ? choose(get()) : get());
  const refs = mapFields(fieldsOf(first), (value) => shallowRef(value));
  const shown = mapFields(refs, (ref) => computed(() => ref.value));
  if (shown['data']) Object.assign(shown['data'], passesTriggersOn);

  function show(store: AnyStore, news = false): void {
    const fields = new Map<string, unknown>(Object.entries(fieldsOf(store)));
    const { data } = refs;
    const unchanged = news && data && Object.is(data.value, fields.get('data'));
    for (const [name, ref] of Object.entries(refs)) ref.value = fields.get(name);
    // A message with the same payload as the one before is still a new message.
    if (unchanged && shown['data']) triggerRef(shown['data']);
  }

  function follow(store: AnyStore): () => void {
    show(store);
    return store.subscribe((news) => show(store, news));
  }

  return { refs: shown, follow };
}

function mapFields<Value, Mapped>(
  fields: { readonly [name: string]: Value } | Fields,
  map: (value: Value) => Mapped,
): Record<string, Mapped> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, map(value)]));
}

/** Without a scope, the connection does not end with the component. In production, a bundler removes the body. */
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
