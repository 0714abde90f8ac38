import { createScriptedTransport, type ScriptedRequest } from '../../testing/index.ts';

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
  readonly transport: ReturnType<typeof createScriptedTransport>['transport'];
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

/** @param onRequest Is told of every request that was answered. */
export function createPageServer(
  onRequest: (request: ScriptedRequest, answer: Answer) => void = () => {},
): PageServer {
  const peer = createScriptedTransport({ patience: 2 ** 31 - 1 });
  let answered = 0;

  async function answerNext(answer: Answer): Promise<void> {
    if (answer.kind === 'accept') await peer.accept();
    else if (answer.kind === 'stall') await peer.stall();
    else await peer.refuse(answer.status, { retryAfter: answer.retryAfter });
    const request = peer.requests[answered];
    answered += 1;
    if (request) onRequest(request, answer);
  }

  const server: PageServer = {
    answer: { kind: 'accept' },
    get requests() {
      return peer.requests;
    },
    get openStreams() {
      return peer.openStreams;
    },
    transport(options) {
      const transport = peer.transport(options);
      const answering: typeof transport = (request, signal) => {
        const stream = transport(request, signal);
        const { answer } = server;
        if (answer.kind === 'refuse' && answer.once) server.answer = { kind: 'accept' };
        void answerNext(answer);
        return stream;
      };
      return Object.assign(answering, transport);
    },
    send: (event, data) => void peer.send({ event, data }),
    drop: () => void (peer.openStreams > 0 && peer.drop()),
    end: () => void (peer.openStreams > 0 && peer.end()),
  };
  return server;
}
