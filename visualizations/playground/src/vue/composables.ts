import type { ConnectionStatus } from 'sse-machine';
import { onScopeDispose, type ShallowRef, shallowRef, watch } from 'vue';
import { type Step, stepTo } from '../panel/status-trail.ts';
import type { Store } from '../store.ts';

export function useStore<Value>(store: Store<Value>): Readonly<ShallowRef<Value>> {
  const value = shallowRef(store.get());
  const stop = store.subscribe(() => {
    value.value = store.get();
  });
  onScopeDispose(stop);
  return value;
}

/** The wall clock, looked at every so many milliseconds. */
export function useNow(interval: number): Readonly<ShallowRef<number>> {
  const now = shallowRef(Date.now());
  const timer = setInterval(() => {
    now.value = Date.now();
  }, interval);
  onScopeDispose(() => clearInterval(timer));
  return now;
}

/** Every status so far, and when it began. */
export function useTrail(
  status: Readonly<ShallowRef<ConnectionStatus>>,
): Readonly<ShallowRef<readonly Step[]>> {
  const trail = shallowRef<readonly Step[]>([]);
  watch(
    status,
    (now) => {
      trail.value = stepTo(trail.value, now);
    },
    { immediate: true, flush: 'sync' },
  );
  return trail;
}
