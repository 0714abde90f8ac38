/** The body of an answer, as a client asks for it that does nothing else. */
export async function bodyOf(url: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const { body } = await fetch(url, { headers: { accept: 'text/event-stream' }, cache: 'no-store' });
  if (!body) throw new Error('The answer has no body.');
  return body;
}

/** Reads an answer to its end, the shortest way that `fetch` has. */
export async function readText(url: string, feed: (text: string) => void): Promise<void> {
  const reader = (await bodyOf(url)).getReader();
  const decoder = new TextDecoder();
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    feed(decoder.decode(value, { stream: true }));
  }
}
