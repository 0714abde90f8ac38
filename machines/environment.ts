import type { CallbackActorLogic, EventObject } from 'xstate';
import { type ConnectionClock, checkedReadings, systemClock } from './clock.ts';
import { fromRevivable, type Revivable } from './revivable.ts';

/**
 * Events of the page and of the network, for the connection; `at` is the wall clock in milliseconds. A page is frozen
 * when the browser stops it (in the background, or in its back/forward cache), and resumed when it goes on.
 *
 * @see https://wicg.github.io/page-lifecycle/
 */
export type EnvironmentEvent = {
  readonly type:
    | 'network.online'
    | 'network.offline'
    | 'page.hidden'
    | 'page.visible'
    | 'page.frozen'
    | 'page.resumed';
  readonly at: number;
  /** The page is hidden. A browser resumes hidden pages too. */
  readonly hidden?: boolean;
  /** A random number from 0 (included) to 1 (excluded), with `network.offline`. */
  readonly random?: number;
};

/**
 * An actor that tells its parent what happens to the page and to the network. When it starts it tells only
 * `network.offline` and `page.hidden`, so that its parent may assume the opposite. When it is revived it tells
 * `page.resumed`. Silent where there is no page, as on a server.
 *
 * @throws TypeError when the `now` of the clock returns no finite number.
 */
export function fromEnvironment(
  clock: Pick<ConnectionClock, 'now' | 'random'> = systemClock,
): CallbackActorLogic<EventObject> {
  const tell = (fault: unknown) => (globalThis.reportError ?? console.error)(fault);
  return fromRevivable(watchEnvironment(checkedReadings(clock, tell)));
}

/** The behavior of the actor of {@link fromEnvironment}. */
export function watchEnvironment({
  now,
  random,
}: Pick<ConnectionClock, 'now' | 'random'>): Revivable<EventObject> {
  return ({ sendBack }, isRevived) => {
    const isLoading = (globalThis.document?.readyState ?? 'complete') !== 'complete';
    const tell = (type: EnvironmentEvent['type']) =>
      sendBack({
        type,
        at: now(),
        hidden: isHidden(),
        ...(type === 'network.offline' && { random: random() }),
      } satisfies EnvironmentEvent);
    const isHidden = () => globalThis.document?.visibilityState === 'hidden';

    // Nobody listened while the actor was stopped, and the timers of a restored snapshot do not run.
    if (isRevived) tell('page.resumed');
    if (typeof globalThis.addEventListener !== 'function') return undefined;
    const listening = new AbortController();
    const signals: Record<string, (event: Event) => void> = {
      online: () => tell('network.online'),
      offline: () => tell('network.offline'),
      visibilitychange: () => tell(isHidden() ? 'page.hidden' : 'page.visible'),
      freeze: () => tell('page.frozen'),
      resume: () => tell('page.resumed'),
      // `pagehide` without `persisted`: the page is gone for good. `pageshow` without it: the end of the first load,
      // or, in a page that had loaded before, a return that the browser does not mark as one.
      pagehide: (event) => isKept(event) && tell('page.frozen'),
      pageshow: (event) => (isKept(event) || !isLoading) && tell('page.resumed'),
    };
    for (const [name, listener] of Object.entries(signals)) {
      // Capturing, because an event of the document passes the window on its way down. workerd has no document, and
      // throws at `capture`.
      const capture = globalThis.document !== undefined;
      globalThis.addEventListener(name, listener, { capture, signal: listening.signal });
    }
    if (isOffline()) tell('network.offline');
    if (isHidden()) tell('page.hidden');
    return () => listening.abort();
  };
}

function isKept(event: Event): boolean {
  return (event as PageTransitionEvent).persisted;
}

/** Whether the platform knows that there is no network; where it cannot tell, there is one. */
export function isOffline(): boolean {
  return globalThis.navigator?.onLine === false;
}
