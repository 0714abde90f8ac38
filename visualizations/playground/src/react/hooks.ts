import { useEffect, useState, useSyncExternalStore } from 'react';
import type { ConnectionStatus } from 'sse-machine';
import { type Step, stepTo } from '../panel/status-trail.ts';
import type { Store } from '../store.ts';

export function useStore<Value>(store: Store<Value>): Value {
  return useSyncExternalStore(store.subscribe, store.get);
}

/** The wall clock, looked at every so many milliseconds. */
export function useNow(interval: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), interval);
    return () => clearInterval(timer);
  }, [interval]);
  return now;
}

/** Every status so far, and when it began. */
export function useTrail(status: ConnectionStatus): readonly Step[] {
  const [trail, setTrail] = useState<readonly Step[]>([]);
  useEffect(() => setTrail((before) => stepTo(before, status)), [status]);
  return trail;
}
