/** How an example server is run, and where it is not as the others are. */
export interface ServerSpec {
  readonly name: string;
  /** The program and its file, from `examples/servers`. */
  readonly command: readonly ['node' | 'bun', string];
  /** To be bundled before Node can run it: Node knows no decorators. */
  readonly isBundled?: true;
  readonly isHttp2?: true;
  /** How its process ends after a SIGTERM, if not with the code 0. */
  readonly exit?: number | NodeJS.Signals;
  /** SIGTERM stops the runtime, which asks no program of a worker: its streams are cut. */
  readonly cutsStreams?: true;
}

export const servers: readonly ServerSpec[] = [
  { name: 'express', command: ['node', 'express.ts'] },
  { name: 'hono', command: ['node', 'hono/node.ts'] },
  { name: 'hono-bun', command: ['bun', 'hono/bun.ts'] },
  { name: 'fastify', command: ['node', 'fastify.ts'] },
  { name: 'better-sse', command: ['node', 'better-sse.ts'] },
  { name: 'nest', command: ['node', 'nest/main.ts'], isBundled: true, exit: 'SIGTERM' },
  { name: 'node-http', command: ['node', 'node-http.ts'] },
  { name: 'node-http2', command: ['node', 'node-http2.ts'], isHttp2: true },
  { name: 'worker', command: ['node', 'worker/run.ts'], exit: 143, cutsStreams: true },
];

export const answers: ServerSpec = { name: 'answers', command: ['node', 'answers.ts'] };

/** Redis, two servers and a proxy. */
export const cluster: ServerSpec = { name: 'redis', command: ['node', 'redis/start.ts'] };
