/// <reference lib="esnext.disposable" preserve="true" />

import { dispose } from '../adapters/dispose.ts';
import { createFeed, type Feed } from './feed.ts';
import { asBytes, askedAfter, type HeaderRecord } from './head.ts';
import { turn } from './real-time.ts';
import { createScript, type Exchange, type Script } from './script.ts';
import type { ScriptedPeer, ScriptedPeerOptions, ScriptedRequest } from './scripted.ts';

/**
 * A server that a test or a story plays behind MSW (Mock Service Worker), in Node and in a browser. The promise of a
 * verb resolves when MSW has taken the data. The client may not have read them yet.
 *
 * MSW does not tell when a client of a service worker goes away before it is answered. Its request counts as waiting
 * until it is answered; then `accept` goes on to the next request.
 *
 * In Safari, MSW hands over an answer as a whole: nothing of a stream arrives before `end`.
 */
export interface ScriptedResolver extends ScriptedPeer, Disposable {
  /** Answers the requests of one or more handlers, as in `http.get('/api/events', scripted.resolver)`. */
  readonly resolver: (info: { readonly request: Request }) => Promise<Response>;
  /**
   * Cuts every stream and every request that has no answer. Verbs that wait for a request reject, and requests that come
   * later are cut. MSW's `worker.stop()` waits for requests that have no answer.
   */
  close(): void;
}

/**
 * Makes a response resolver for handlers of MSW whose server is the test. It imports nothing from MSW.
 *
 * @example
 * ```ts
 * const server = createScriptedResolver();
 * setupServer(http.get('https://app.example/api/events', server.resolver)).listen();
 * const connection = createConnection('https://app.example/api/events');
 * await server.accept();
 * await server.send({ event: 'notification', data: { title: 'Hello' } });
 * ```
 * @throws TypeError when an option is invalid.
 * @see https://mswjs.io/docs/concepts/response-resolver
 */
export function createScriptedResolver(options: ScriptedPeerOptions = {}): ScriptedResolver {
  const script = createScript(options);
  const { close } = script;
  return Object.assign(script.peer, {
    resolver: ({ request }: { readonly request: Request }) => receive(script, request),
    close,
    [dispose]: close,
  });
}

async function receive(script: Script, request: Request): Promise<Response> {
  const seen = await requestOf(request, script.now);
  const { signal } = request;
  return new Promise<Response>((resolve) => {
    const feed = createFeed();
    let isAnswered = false;
    let hasLeft = false;

    function answer(response: Response): void {
      isAnswered = true;
      resolve(response);
    }
    function finish(): void {
      feed.release();
      script.leave(exchange);
    }
    function leave(): void {
      hasLeft = true;
      if (!isAnswered) answer(Response.error());
      finish();
    }
    const exchange: Exchange = {
      request: seen,
      async accept(given, text) {
        const head = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', ...given };
        answer(streamed(head, { feed, finish, leave }));
        // In Node, the head is sent with the first chunk. An empty line has no meaning in the stream.
        await feed.give(...inTwo(text || '\n'));
        return !hasLeft;
      },
      async refuse(status, head, body) {
        answer(new Response(bodiless.includes(status) ? null : body, { status, headers: asBytes(head) }));
        await turn();
      },
      write: (text) => feed.give({ text, done: false }),
      end: () => feed.give(end),
      async drop() {
        if (isAnswered) return feed.give(new Error('The scripted peer has cut the stream.'));
        answer(Response.error());
        await turn();
      },
    };
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    else script.arrive(exchange);
  });
}

/** The statuses for which `Response` accepts no body. */
const bodiless: readonly number[] = [204, 205, 304];

const end = { text: '', done: true };

/** On the way to a service worker, two chunks are buffered. A request for a third one shows that the client reads. */
function inTwo(text: string) {
  return [text, ''].map((part) => ({ text: part, done: false }));
}

interface Body {
  readonly feed: Feed;
  /** The body was read to its end, or broke. */
  readonly finish: () => void;
  /** The client has stopped reading. */
  readonly leave: () => void;
}

function streamed(head: HeaderRecord, { feed, finish, leave }: Body): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { text, done } = await feed.read();
          controller.enqueue(encoder.encode(text));
          if (!done) return;
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        finish();
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
  // In Node, MSW closes the socket when a body breaks. Only with chunked encoding is that not a regular end.
  const headers = { 'transfer-encoding': 'chunked', ...asBytes(head) };
  const response = new Response(body, { headers });
  if (!canTransferStreams()) return response;
  // MSW logs a copy of the answer. While the copy is read, nobody is told that the client has gone. So the copy is
  // empty.
  return Object.assign(response, { clone: () => new Response(null, { headers }) });
}

/** Whether MSW can pass a stream on to its service worker. In Safari it cannot: it reads a copy to the end first. */
function canTransferStreams(): boolean {
  if (!globalThis.MessageChannel) return true; // then there is no service worker either
  const { port1, port2 } = new MessageChannel();
  const stream = new ReadableStream();
  try {
    port2.postMessage(stream, [stream]);
    return true;
  } catch {
    return false;
  } finally {
    port1.close();
  }
}

async function requestOf(request: Request, now: () => number): Promise<ScriptedRequest> {
  const { method, url } = request;
  const headers = Object.fromEntries(request.headers);
  const body = request.bodyUsed ? '' : await request.clone().text();
  return { at: now(), lastEventId: askedAfter(url, headers), method, url, headers, body };
}
