import { type CallbackActorLogic, fromCallback } from 'xstate';
import type { LockCommand, TabsEvent } from '../machines/tabs.ts';

/**
 * An actor that waits for a lock for as long as it takes, and holds it until it is stopped.
 *
 * @see https://w3c.github.io/web-locks/
 */
export function fromLock(name: string, now: () => number): CallbackActorLogic<LockCommand> {
  return fromCallback<LockCommand>(({ sendBack, receive }) => {
    const report = (event: TabsEvent) => sendBack(event);

    /** @returns How to end the request, whether it waits or holds the lock. */
    function request(options: LockOptions): () => void {
      const waiting = new AbortController();
      let phase: 'waiting' | 'holding' | 'over' = 'waiting';
      let release = () => {};
      // To steal goes together with no other option.
      const given = options.steal ? options : { signal: waiting.signal };
      const hold = () => {
        if (phase === 'over') return undefined;
        phase = 'holding';
        const held = new Promise<void>((resolve) => {
          release = resolve;
        });
        report({ type: 'lock.granted', at: now() }); // which may have it let go at once
        return held;
      };
      navigator.locks.request(name, given, hold).catch(() => {
        const before = phase;
        phase = 'over';
        if (before === 'waiting') report({ type: 'sharing.unavailable' }); // as in a frame without an origin
        if (before !== 'holding') return;
        report({ type: 'lock.stolen' });
        letGo = request({});
      });
      return () => {
        phase = 'over';
        waiting.abort();
        release();
      };
    }

    if (!globalThis.navigator?.locks) {
      report({ type: 'sharing.unavailable' });
      return undefined;
    }
    let letGo = request({});
    receive(({ type }) => {
      letGo();
      letGo = type === 'lock.leave' ? () => {} : request({ steal: type === 'lock.steal' });
    });
    return () => letGo();
  });
}
