/** A signal that counts those who listen to it. */
export function createWatchedController() {
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = new Set<unknown>();
  const watched: AbortSignal = Object.assign(signal, {
    addEventListener(...given: Parameters<AbortSignal['addEventListener']>) {
      listeners.add(given[1]);
      EventTarget.prototype.addEventListener.apply(signal, given);
    },
    removeEventListener(...given: Parameters<AbortSignal['removeEventListener']>) {
      listeners.delete(given[1]);
      EventTarget.prototype.removeEventListener.apply(signal, given);
    },
  });
  return { signal: watched, listeners, abort: () => controller.abort() };
}
