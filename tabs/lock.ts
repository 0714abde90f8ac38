import { type CallbackActorLogic, fromCallback } from 'xstate';
import type { LockCommand, LockEvent, TabsEvent } from '../machines/tabs.ts';

/**
 * An actor that waits for a lock without a limit, and holds it until it is stopped.
 *
 * @see https://w3c.github.io/web-locks/
 */
export function fromLock(name: string, now: () => number): CallbackActorLogic<LockCommand> {
  return fromCallback<LockCommand>(({ sendBack, receive }) => {
    /** Aborts the request, or releases the lock. */
    let current: AbortController;

    async function request(steal: boolean): Promise<void> {
      current = new AbortController();
      const { signal } = current;
      let isHeld = false;
      try {
        // `steal` allows no other option.
        await navigator.locks.request(name, steal ? { steal } : { signal }, () => {
          if (signal.aborted) return undefined;
          isHeld = true;
          return new Promise((resolve) => {
            signal.addEventListener('abort', resolve);
            sendBack({ type: 'lock.granted', at: now() } satisfies LockEvent); // the answer may release it at once
          });
        });
      } catch {
        if (signal.aborted) return;
        if (isHeld) request(false);
        // Without Web Locks, or in a frame without an origin, the request fails at once.
        sendBack({ type: isHeld ? 'lock.stolen' : 'sharing.unavailable' } satisfies TabsEvent);
      }
    }

    request(false);
    receive(({ type }) => {
      current.abort();
      if (type !== 'lock.leave') request(type === 'lock.steal');
    });
    return () => current.abort();
  });
}
