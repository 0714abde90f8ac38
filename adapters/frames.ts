/** How long a frame is waited for, in milliseconds: a window that is covered may have none. */
const longestWait = 1_000;

/**
 * Shows at once what there is to show, and what follows within the same frame with the next one. Nothing waits where
 * nothing is painted: on a server, and on a page that is hidden.
 *
 * @param show Returns whether the rest of the frame has to wait.
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
    fill(); // first, so that whoever is shown something may stop it all
    if (!show()) stop();
  }

  return {
    /** Whether something was shown in this frame: what comes now is shown with the next one. */
    get isFull() {
      return frame > 0;
    },
    showNow,
    stop,
  };
}
