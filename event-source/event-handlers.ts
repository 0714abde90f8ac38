/** A function in an `on…` attribute. Written as a method, it may ask for a MessageEvent. */
type EventHandler = { handle(this: EventSource, event: Event): unknown }['handle'];

/**
 * Defines an `on…` attribute: a function, or null. It is called in its turn among the listeners, which is from when there
 * was first a function; one that returns false cancels the event.
 *
 * @see https://html.spec.whatwg.org/multipage/webappapis.html#event-handler-idl-attributes
 */
export function defineHandler(prototype: EventSource, type: string): void {
  const handlers = new WeakMap<EventSource, EventHandler>();

  function call(this: EventSource, event: Event): void {
    if (handlers.get(this)?.call(this, event) === false) event.preventDefault();
  }

  Object.defineProperty(prototype, `on${type}`, {
    enumerable: true,
    configurable: true,
    get(this: EventSource) {
      return handlers.get(this) ?? null;
    },
    set(this: EventSource, handler: EventHandler | null) {
      if (typeof handler === 'function') {
        handlers.set(this, handler);
        if (callsHandlers()) return;
        this.addEventListener(type, call); // a listener that is there already keeps its place
      } else {
        handlers.delete(this);
        this.removeEventListener(type, call);
      }
    },
  });
}

/** Whether this platform calls what an `on…` property holds, whoever has defined it: workerd does, without a `this`. */
function callsHandlers(): boolean {
  let isCalled = false;
  const onprobe = () => {
    isCalled = true;
  };
  Object.assign(new EventTarget(), { onprobe }).dispatchEvent(new Event('probe'));
  return isCalled;
}
