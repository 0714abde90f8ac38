/// <reference lib="esnext.disposable" preserve="true" />
import { dispose } from '../adapters/dispose.ts';

/**
 * The page and its network, played by a test. Every call changes the globals and then dispatches the events of a
 * browser, also when called twice.
 */
export interface TestPage extends Disposable {
  /** The network goes away: `offline`, and `navigator.onLine` is false. */
  goOffline(): void;
  /** The network comes back: `online`. */
  goOnline(): void;
  /** The page is hidden: `visibilitychange`, and `document.visibilityState` is `'hidden'`. */
  hide(): void;
  /** The page is shown again. */
  show(): void;
  /** The browser stops the page and keeps it in its back/forward cache: `pagehide`, then `freeze`. */
  freeze(): void;
  /** The page goes on: `resume`, then `pageshow`. */
  resume(): void;
  /** Restores every global. Of several pages, restore the last one first. */
  restore(): void;
}

/**
 * Makes a page for all connections of this global scope: online and visible. In a browser and in jsdom it changes the
 * existing page. In Node it adds the globals that a connection uses: `addEventListener`, `document`, `navigator`.
 *
 * @example
 * ```ts
 * using page = createTestPage();
 * const connection = createConnection('/events', { transport: scripted.transport });
 * page.goOffline();
 * await scripted.drop();
 * expect(connection.state).toMatchObject({ status: 'backoff', retryAt: null });
 * ```
 */
export function createTestPage(): TestPage {
  let isOnline = true;
  let visibility: DocumentVisibilityState = 'visible';
  const changed: { on: object; name: string; before: PropertyDescriptor | undefined }[] = [];

  function put(on: object, name: string, descriptor: PropertyDescriptor): void {
    changed.push({ on, name, before: Object.getOwnPropertyDescriptor(on, name) });
    Object.defineProperty(on, name, { ...descriptor, configurable: true });
  }

  if (typeof globalThis.addEventListener !== 'function') {
    const scope = new EventTarget();
    for (const name of ['addEventListener', 'removeEventListener', 'dispatchEvent'] as const) {
      put(globalThis, name, { value: scope[name].bind(scope), writable: true });
    }
  }
  if (!globalThis.document) {
    const document = Object.assign(new EventTarget(), { readyState: 'complete' });
    put(globalThis, 'document', { value: document, writable: true });
  }
  if (!globalThis.navigator) put(globalThis, 'navigator', { value: {}, writable: true });
  put(globalThis.navigator, 'onLine', { get: () => isOnline });
  put(globalThis.document, 'visibilityState', { get: () => visibility });
  put(globalThis.document, 'hidden', { get: () => visibility === 'hidden' });

  function restore(): void {
    for (const { on, name, before } of changed.splice(0).reverse()) {
      if (before) Object.defineProperty(on, name, before);
      else Reflect.deleteProperty(on, name);
    }
  }

  return {
    goOffline() {
      isOnline = false;
      globalThis.dispatchEvent(new Event('offline'));
    },
    goOnline() {
      isOnline = true;
      globalThis.dispatchEvent(new Event('online'));
    },
    hide() {
      visibility = 'hidden';
      tellDocument('visibilitychange');
    },
    show() {
      visibility = 'visible';
      tellDocument('visibilitychange');
    },
    freeze() {
      tellTransition('pagehide');
      tellDocument('freeze');
    },
    resume() {
      tellDocument('resume');
      tellTransition('pageshow');
    },
    restore,
    [dispose]: restore,
  };
}

/** An event of a document passes its window. Where the two are not connected, it is dispatched on both. */
function tellDocument(name: string): void {
  let isHeard = false;
  const hear = () => {
    isHeard = true;
  };
  globalThis.addEventListener(name, hear, { capture: true });
  globalThis.document.dispatchEvent(new Event(name, { bubbles: true }));
  globalThis.removeEventListener(name, hear, { capture: true });
  if (!isHeard) globalThis.dispatchEvent(new Event(name));
}

function tellTransition(name: string): void {
  globalThis.dispatchEvent(Object.assign(new Event(name), { persisted: true }));
}
