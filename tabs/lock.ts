import { type CallbackActorLogic, fromCallback } from 'xstate';
import type { LockCommand, LockEvent, TabsEvent } from '../machines/tabs.ts';

/**
 * An actor that waits for a lock for as long as it takes, and holds it until it is stopped.
 *
 * @see https://w3c.github.io/web-locks/
 */
export function fromLock(name: string, now: () => number): CallbackActorLogic<LockCommand> {
  return fromCallback<LockCommand>(({ sendBack, receive }) => {
    /** Ends the request, whether it waits or holds the lock. */
    let current: AbortController;

    async function request(steal: boolean): Promise<void> {
      current = new AbortController();
      const { signal } = current;
      let isHeld = false;
      try {
        // To steal goes together with no other option.
        await navigator.locks.request(name, steal ? { steal } : { signal }, () => {
          if (signal.aborted) return undefined;
          isHeld = true;
          return new Promise((resolve) => {
            signal.addEventListener('abort', resolve);
            sendBack({ type: 'lock.granted', at: now() } satisfies LockEvent); // which may have it let go at once
          });
        });
      } catch {
        if (signal.aborted) return;
        if (isHeld) request(false);
        // Without locks, or in a frame without an origin, none is ever held.
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
