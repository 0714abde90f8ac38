/** A function in an `on…` attribute. Written as a method, it may ask for a MessageEvent. */
export type EventHandler = { handle(this: EventSource, event: Event): unknown }['handle'];

/**
 * The `on…` attributes of a source. A handler is called in its turn among the listeners, which is from when there was first
 * a function in the attribute; one that returns false cancels the event.
 *
 * @see https://html.spec.whatwg.org/multipage/webappapis.html#event-handler-idl-attributes
 */
export class EventHandlers {
  readonly #source: EventSource;
  readonly #handlers = new Map<string, EventHandler>();

  constructor(source: EventSource) {
    this.#source = source;
  }

  get(type: string): EventHandler | null {
    return this.#handlers.get(type) ?? null;
  }

  /** Anything but a function counts as null. */
  set(type: string, handler: EventHandler | null): void {
    if (typeof handler === 'function') {
      this.#handlers.set(type, handler);
      this.#source.addEventListener(type, this.#call); // whoever is there already keeps the place
    } else {
      this.#handlers.delete(type);
      this.#source.removeEventListener(type, this.#call);
    }
  }

  readonly #call = (event: Event): void => {
    if (this.#handlers.get(event.type)?.call(this.#source, event) === false) event.preventDefault();
  };
}
