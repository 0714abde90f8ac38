/** A stream that a loop reads, message by message. */
export interface LoopedStream {
  readonly url: string;
  /** The loop goes on when the promise resolves. */
  readonly take: (data: unknown) => Promise<void>;
}

/** Reads a stream in a loop for as long as the process lives. */
export type OpenLoop = (stream: LoopedStream) => void;

/** The clients that have such a loop. A process loads only the one that it measures. */
export const loops = {
  bare: { name: 'bare `fetch` + `EventSourceParserStream`', load: () => import('./bare.ts') },
  ours: { name: "**sse-machine**, `overflow: 'wait'`", load: () => import('./ours.ts') },
  'eventsource-client': { name: 'eventsource-client', load: () => import('./eventsource-client.ts') },
} satisfies Record<
  string,
  { readonly name: string; readonly load: () => Promise<{ readonly open: OpenLoop }> }
>;

export type LoopName = keyof typeof loops;
