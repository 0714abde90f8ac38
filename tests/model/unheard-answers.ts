/**
 * Counts the requests to a server whose answers have not come to the page yet. A server knows only that it has answered:
 * where that shows nowhere else, a test would go on too early.
 */
export function countUnheardAnswers(server: string) {
  const { fetch } = globalThis;
  const { origin } = new URL(server);
  let count = 0;
  globalThis.fetch = async (target, init) => {
    const { url } = target instanceof Request ? target : { url: String(target) };
    if (!url.startsWith(origin)) return fetch(target, init);
    count += 1;
    try {
      return await fetch(target, init);
    } finally {
      setTimeout(() => {
        count -= 1; // once the transport has told the statechart
      });
    }
  };
  return {
    get count() {
      return count;
    },
    restore(): void {
      globalThis.fetch = fetch;
    },
  };
}
