import { type CallbackActorLogic, type EventObject, fromCallback } from 'xstate';

/** What the page and the network tell the connection; `at` is the wall clock in milliseconds. */
export type EnvironmentEvent = {
  readonly type:
    | 'network.online'
    | 'network.offline'
    | 'page.hidden'
    | 'page.visible'
    | 'page.frozen'
    | 'page.resumed';
  readonly at: number;
};

/**
 * An actor that tells its parent what happens to the page and to the network. It starts by telling what is
 * unusual (offline, hidden), so that its parent may assume the best. Silent where there is no page, as on a
 * server.
 */
export function fromEnvironment(now: () => number = Date.now): CallbackActorLogic<EventObject> {
  return fromCallback(({ sendBack }) => {
    if (typeof globalThis.addEventListener !== 'function') return undefined;
    const listening = new AbortController();
    const tell = (type: EnvironmentEvent['type']) => sendBack({ type, at: now() } satisfies EnvironmentEvent);
    const listen = (target: EventTarget, name: string, listener: () => void) =>
      target.addEventListener(name, listener, { signal: listening.signal });

    listen(globalThis, 'online', () => tell('network.online'));
    listen(globalThis, 'offline', () => tell('network.offline'));
    if (isOffline()) tell('network.offline');

    const page = globalThis.document;
    if (page) {
      const tellVisibility = () => tell(page.visibilityState === 'hidden' ? 'page.hidden' : 'page.visible');
      listen(page, 'visibilitychange', tellVisibility);
      listen(page, 'freeze', () => tell('page.frozen'));
      listen(page, 'resume', () => tell('page.resumed'));
      if (page.visibilityState === 'hidden') tellVisibility();
    }
    return () => listening.abort();
  });
}

/** Whether the platform knows that there is no network; where it cannot tell, there is one. */
export function isOffline(): boolean {
  return globalThis.navigator?.onLine === false;
}
