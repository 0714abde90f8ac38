import {
  type ConnectionCommands,
  type ConnectionView,
  createComponentConnection,
  type EventMap,
  type ReconnectOptions,
  type ServerSentEventsOptions,
  type ViewStore,
} from 'sse-machine';
import { type Readable, readable } from 'svelte/store';

/** An event stream as a Svelte store: connected while somebody subscribes, and resumed when somebody does again. */
export function serverSentEvents<Events extends object = EventMap, State = never>(
  url: Readable<string>,
  options: ServerSentEventsOptions<Events, State> = {},
): Readable<ConnectionView<Events, State> | null> & ConnectionCommands {
  const component = createComponentConnection<Events, State>();
  let store: ViewStore<Events, State> | undefined;

  const { subscribe } = readable<ConnectionView<Events, State> | null>(null, (set) => {
    let forget = () => {};
    const forgetUrl = url.subscribe((address) => {
      const next = component.storeFor(address, options);
      store = next;
      forget();
      forget = next.subscribe(() => set(next.get()));
      set(next.get());
      if (typeof document !== 'undefined') component.enter(next, address, options.immediate);
    });
    return () => {
      forgetUrl();
      forget();
      component.leave();
    };
  });

  const commands = () => store && component.commandsOf(store);
  return {
    subscribe,
    open: () => commands()?.open(),
    close: () => commands()?.close(),
    reconnect: (again: ReconnectOptions = {}) => commands()?.reconnect(again),
    clear: () => commands()?.clear(),
  };
}
