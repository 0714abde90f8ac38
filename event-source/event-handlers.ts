/** A function in an `on…` attribute. Typed as a method, so that its parameter may be a MessageEvent. */
type EventHandler = { handle(this: EventSource, event: Event): unknown }['handle'];

/**
 * Defines an `on…` attribute: a function, or null. Its place among the listeners is that of its first function. If it
 * returns false, the event is canceled.
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
        this.addEventListener(type, call); // a listener that was added before keeps its place
      } else {
        handlers.delete(this);
        this.removeEventListener(type, call);
      }
    },
  });
}

/** Whether this platform calls the functions of all `on…` properties by itself. workerd does, without a `this`. */
function callsHandlers(): boolean {
  let isCalled = false;
  const onprobe = () => {
    isCalled = true;
  };
  Object.assign(new EventTarget(), { onprobe }).dispatchEvent(new Event('probe'));
  return isCalled;
}
