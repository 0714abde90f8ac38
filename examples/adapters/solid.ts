import { type Accessor, createEffect, createSignal, on, onCleanup } from 'solid-js';
import {
  type ConnectionCommands,
  type ConnectionView,
  createComponentConnection,
  type EventMap,
  type ReconnectOptions,
  type ServerSentEventsOptions,
  type ViewStore,
} from 'sse-machine';

/** Connects the owner, such as a component, to an event stream. A URL of null connects to nothing. */
export function createServerSentEvents<Events extends object = EventMap, State = never>(
  url: Accessor<string | null>,
  options: ServerSentEventsOptions<Events, State> = {},
): [view: Accessor<ConnectionView<Events, State> | null>, commands: ConnectionCommands] {
  const component = createComponentConnection<Events, State>();
  const [view, setView] = createSignal<ConnectionView<Events, State> | null>(null);
  let store: ViewStore<Events, State> | undefined;
  let forget = () => {};

  // Effects do not run on a server.
  createEffect(
    on(url, (address) => {
      if (address === null) return component.leave();
      const next = component.storeFor(address, options);
      store = next;
      forget();
      forget = next.subscribe(() => setView(next.get()));
      setView(next.get());
      component.enter(next, address, options.immediate);
    }),
  );
  onCleanup(() => {
    forget();
    component.leave();
  });

  const commands = () => store && component.commandsOf(store);
  return [
    view,
    {
      open: () => commands()?.open(),
      close: () => commands()?.close(),
      reconnect: (again: ReconnectOptions = {}) => commands()?.reconnect(again),
      clear: () => commands()?.clear(),
    },
  ];
}
