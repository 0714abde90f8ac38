import { ReadableStream } from 'web-streams-polyfill';
import { send, type Wire, type WireResponse } from './wire.ts';

/**
 * Has the shape of the `fetch` of `expo/fetch`: a response that is no `Response`, whose body is a stream of
 * web-streams-polyfill, and a signal that is heeded up to the answer.
 */
export async function fetch(url: string, init: RequestInit = {}): Promise<Response> {
  if (init.signal?.aborted) throw new Error('The operation was aborted.');
  const wire = send(String(url), {
    method: init.method ?? 'GET',
    headers: new Headers(init.headers),
    body: init.body as string,
  });
  const cancel = () => wire.cancel();
  init.signal?.addEventListener('abort', cancel);
  try {
    return responseOf(await wire.response, wire) as unknown as Response;
  } finally {
    init.signal?.removeEventListener('abort', cancel);
  }
}

function responseOf({ body, headers, isRedirected, status, url }: WireResponse, wire: Wire) {
  let stream: ReadableStream<Uint8Array> | undefined;
  return {
    type: 'default',
    headers: new Headers(headers),
    ok: status >= 200 && status < 300,
    redirected: isRedirected,
    status,
    url,
    get body() {
      stream ??= streamOf(body, wire);
      return stream;
    },
    async text() {
      let text = '';
      const decoder = new TextDecoder();
      for await (const bytes of body) text += decoder.decode(bytes, { stream: true });
      return text;
    },
  };
}

/** The native side pushes, and nothing holds it back. */
function streamOf(body: WireResponse['body'], wire: Wire): ReadableStream<Uint8Array> {
  let isClosed = false;
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      const pushed = async () => {
        try {
          for await (const bytes of body) if (!isClosed) controller.enqueue(bytes);
          if (!isClosed) controller.close();
        } catch (error) {
          if (!isClosed) controller.error(new Error(String(error)));
        }
      };
      void pushed();
    },
    cancel() {
      isClosed = true;
      wire.cancel();
    },
  });
}
