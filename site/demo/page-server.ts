import {
  createScriptedResolver,
  createScriptedTransport,
  type ScriptedPeer,
  type ScriptedRequest,
} from '../../testing/index.ts';
import type { Say } from './parts.ts';

/** How the server of a demo answers requests. */
export type Answer =
  | { readonly kind: 'accept' }
  | { readonly kind: 'stall' }
  | {
      readonly kind: 'refuse';
      readonly status: number;
      readonly retryAfter?: number;
      readonly once?: boolean;
    };

/** A server that runs in the page: the one that tests play. */
export interface PageServer {
  readonly requests: readonly ScriptedRequest[];
  readonly openStreams: number;
  /** How it answers from now on. */
  answer: Answer;
  /** Sends an event to all, and keeps it for those who come back. */
  send(event: string, data: unknown): void;
  /** Cuts every stream. */
  drop(): void;
  /** Ends every stream, as a server does that has finished. */
  end(): void;
}

type OnRequest = (request: ScriptedRequest, answer: Answer) => void;

export type TransportServer = PageServer & Pick<ReturnType<typeof createScriptedTransport>, 'transport'>;

/**
 * A server behind a transport.
 *
 * @param onRequest Is told of every request that was answered.
 */
export function createPageServer(say: Say, onRequest?: OnRequest): TransportServer {
  const peer = createScriptedTransport({ patience });
  const { server, answerNext } = serverOf(peer, say, onRequest);
  return Object.assign(server, {
    transport(options: Parameters<typeof peer.transport>[0]) {
      const transport = peer.transport(options);
      const answering: typeof transport = (request, signal) => {
        const stream = transport(request, signal);
        answerNext();
        return stream;
      };
      return Object.assign(answering, transport);
    },
  });
}

/** A server behind a `fetch`. */
export function createFetchServer(
  say: Say,
  onRequest?: OnRequest,
): PageServer & { readonly fetch: typeof globalThis.fetch } {
  const peer = createScriptedResolver({ patience });
  const { server, answerNext } = serverOf(peer, say, onRequest);
  return Object.assign(server, {
    async fetch(input: RequestInfo | URL, init?: RequestInit) {
      const response = peer.resolver({ request: new Request(input, init) });
      answerNext();
      return response;
    },
  });
}

/** A request may come at any time. */
const patience = 2 ** 31 - 1;

function serverOf(peer: ScriptedPeer, say: Say, onRequest: OnRequest = () => {}) {
  let answered = 0;
  let told = Promise.resolve();

  function act(answer: Answer): void {
    const index = answered;
    answered += 1;
    const acted = give(peer, answer);
    // A refusal takes longer than the answer to the next request: told in the order of the requests.
    told = told.then(async () => {
      await acted;
      const request = peer.requests[index];
      if (!request) return;
      const { method, lastEventId } = request;
      say(`${method}${lastEventId ? ` after event ${lastEventId}` : ''}: ${answerWords(answer)}`);
      onRequest(request, answer);
    });
  }

  const server: PageServer = {
    answer: { kind: 'accept' },
    get requests() {
      return peer.requests;
    },
    get openStreams() {
      return peer.openStreams;
    },
    send: (event, data) => void peer.send({ event, data }),
    drop: () => void (peer.openStreams > 0 && peer.drop()),
    end: () => void (peer.openStreams > 0 && peer.end()),
  };
  return {
    server,
    answerNext(): void {
      const { answer } = server;
      if (answer.kind === 'refuse' && answer.once) server.answer = { kind: 'accept' };
      act(answer);
    },
  };
}

function give(peer: ScriptedPeer, answer: Answer): Promise<void> {
  switch (answer.kind) {
    case 'accept':
      return peer.accept();
    case 'stall':
      return peer.stall();
    case 'refuse':
      return peer.refuse(answer.status, { retryAfter: answer.retryAfter });
  }
}

function answerWords(given: Answer): string {
  switch (given.kind) {
    case 'accept':
      return 'accepted';
    case 'stall':
      return 'no answer';
    case 'refuse':
      return String(given.status);
  }
}
