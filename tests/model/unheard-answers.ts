/**
 * Counts the requests to a server whose answers have not come to the page yet. A server knows only that it has answered:
 * where that shows nowhere else, a test would go on too early.
 */
export function countUnheardAnswers(server: string) {
  const { fetch, EventSource } = globalThis;
  const { origin } = new URL(server);
  let count = 0;

  /** @returns How to say that the answer has come, which counts once the transport has told the statechart. */
  function wait(): () => void {
    let isOver = false;
    count += 1;
    return () => {
      if (isOver) return;
      isOver = true;
      setTimeout(() => {
        count -= 1;
      });
    };
  }

  globalThis.fetch = async (target, init) => {
    const { url } = target instanceof Request ? target : { url: String(target) };
    if (!url.startsWith(origin)) return fetch(target, init);
    const heard = wait();
    try {
      return await fetch(target, init);
    } finally {
      heard();
    }
  };
  if (EventSource) {
    globalThis.EventSource = class extends EventSource {
      readonly #heard: () => void;

      constructor(url: string | URL, init?: EventSourceInit) {
        super(url, init);
        this.#heard = String(url).startsWith(origin) ? wait() : () => {};
        this.addEventListener('open', this.#heard);
        this.addEventListener('error', this.#heard);
      }

      override close(): void {
        super.close();
        this.#heard();
      }
    };
  }
  return {
    get count() {
      return count;
    },
    restore(): void {
      Object.assign(globalThis, { fetch }, EventSource && { EventSource });
    },
  };
}
