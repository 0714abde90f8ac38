/** How long to wait for a frame, in milliseconds: a covered window may have none. */
const longestWait = 1_000;

/**
 * Shows a first change at once, and all others within the same frame together at the next one. Where nothing is
 * painted (on a server, on a hidden page), nothing waits.
 *
 * @param show Returns whether later changes have to wait for the next frame.
 */
export function oncePerFrame(show: () => boolean) {
  let frame = 0; // none
  let timer: ReturnType<typeof setTimeout> | undefined;

  function stop(): void {
    globalThis.cancelAnimationFrame?.(frame); // a simulated page may be gone by now
    clearTimeout(timer);
    frame = 0;
  }

  function fill(): void {
    if (typeof requestAnimationFrame === 'undefined' || globalThis.document?.hidden) return;
    frame = requestAnimationFrame(showNow);
    timer = setTimeout(showNow, longestWait);
  }

  function showNow(): void {
    stop();
    fill(); // before `show`, which may call `stop`
    if (!show()) stop();
  }

  return {
    /** Whether something was shown in this frame. Then the next change waits for the next frame. */
    get isFull() {
      return frame > 0;
    },
    showNow,
    stop,
  };
}
