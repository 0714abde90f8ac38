import type { Patch, RunningServer } from './run-server.ts';
import { runServer } from './run-server.ts';
import { answers, type ServerSpec, servers } from './servers.ts';
import type { symptoms } from './symptoms.ts';

/** An example server with one of its traps put back. */
export interface Trap {
  readonly name: string;
  /** The name of the server. */
  readonly server: string;
  /** The symptom that a client suffers from it. */
  readonly symptom: keyof typeof symptoms;
  /** The changes to be made in the example. */
  readonly patches: readonly Patch[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a server with its trap put back. */
export function runTrap({ server, patches, env }: Trap): Promise<RunningServer> {
  return runServer(specOf(server), env, patches);
}

export function specOf(name: string): ServerSpec {
  const spec = [...servers, answers].find((one) => one.name === name);
  if (!spec) throw new Error(`No server is called ${name}`);
  return spec;
}

/** Code that stands for a database that takes its time: longer than a busy machine takes for a request. */
const wait = 'await new Promise((resolve) => setTimeout(resolve, 3_000));';

const endAll = '  streams.endAll();\n';
const noWelcome = { from: '  response.write(welcomeText(after));\n', to: '' };

export const traps: readonly Trap[] = [
  {
    name: 'headers that leave with the first event',
    server: 'express',
    symptom: 'the headers do not come before the first event',
    patches: [
      { file: 'express.ts', from: '  response.flushHeaders();\n', to: '' },
      { file: 'express.ts', ...noWelcome },
    ],
  },
  {
    name: '@fastify/sse without flushHeaders',
    server: 'fastify',
    symptom: 'the headers do not come before the first event',
    patches: [
      { file: 'fastify.ts', from: '  reply.raw.flushHeaders();\n', to: '' },
      { file: 'fastify.ts', from: '  reply.raw.write(welcomeText(after));\n', to: '' },
    ],
  },
  {
    name: 'a SIGTERM that waits for the streams',
    server: 'express',
    symptom: 'the server does not end',
    patches: [
      { file: 'express.ts', from: endAll, to: '' },
      { file: 'express.ts', from: 'server.closeAllConnections()', to: 'undefined' },
    ],
  },
  {
    name: 'a SIGTERM that waits for those who do not read',
    server: 'node-http',
    symptom: 'the server does not end before a client that does not read',
    patches: [{ file: 'node-http.ts', from: 'server.closeAllConnections()', to: 'undefined' }],
  },
  {
    name: '@fastify/sse without forceCloseConnections',
    server: 'fastify',
    symptom: 'the server does not end',
    patches: [
      { file: 'fastify.ts', from: '{ forceCloseConnections: true }', to: '' },
      { file: 'fastify.ts', from: "app.addHook('preClose', async () => streams.endAll());\n", to: '' },
    ],
  },
  {
    name: 'Nest without forceCloseConnections',
    server: 'nest',
    symptom: 'the server does not end',
    patches: [
      { file: 'nest/main.ts', from: '  forceCloseConnections: true,\n', to: '' },
      { file: 'nest/main.ts', from: '    streams.endAll();\n', to: '' },
    ],
  },
  {
    name: 'Bun that waits for the streams',
    server: 'hono-bun',
    symptom: 'the server does not end',
    patches: [
      { file: 'hono/bun.ts', from: endAll, to: '' },
      { file: 'hono/bun.ts', from: 'server.stop(true)', to: 'undefined' },
    ],
  },
  {
    name: 'HTTP/2 that waits for the streams',
    server: 'node-http2',
    symptom: 'the server does not end',
    patches: [
      { file: 'node-http2.ts', from: endAll, to: '' },
      { file: 'node-http2.ts', from: 'session.destroy()', to: 'session.ref()' },
    ],
  },
  {
    name: 'connections that outlive their stream',
    server: 'express',
    symptom: 'a client that is ended comes again at once',
    patches: [
      { file: 'express.ts', from: "    Connection: 'close',\n", to: '' },
      // Time for the clients, on a machine that is slow.
      { file: 'express.ts', from: ', 300).unref()', to: ', 3_000).unref()' },
    ],
  },
  {
    name: 'Hono without X-Accel-Buffering',
    server: 'hono',
    symptom: 'nginx is not told to pass on what comes',
    patches: [{ file: 'hono/app.ts', from: "    'X-Accel-Buffering': 'no',\n", to: '' }],
  },
  {
    name: 'Hono with the Cache-Control of streamSSE',
    server: 'hono',
    symptom: 'the stream may be stored',
    patches: [
      {
        file: 'hono/app.ts',
        from: "    'Cache-Control': 'no-store, no-transform',\n",
        to: '',
      },
    ],
  },
  {
    name: 'Nest without IDs',
    server: 'nest',
    symptom: 'a client that comes back gets the wrong events',
    patches: [
      { file: 'nest/main.ts', from: '{ id: lastId, type: name, data }', to: '{ type: name, data }' },
      { file: 'nest/main.ts', from: "comment: 'connected', id: lastId", to: "comment: 'connected'" },
    ],
  },
  {
    name: 'better-sse without IDs',
    server: 'better-sse',
    symptom: 'a client that comes back gets the wrong events',
    patches: [{ file: 'better-sse.ts', from: ', { eventId: String(event.id) }', to: '' }],
  },
  {
    name: 'better-sse with its history after `register`',
    server: 'better-sse',
    symptom: 'an event that comes during the replay comes too early',
    patches: [
      {
        file: 'better-sse.ts',
        from: '  for (let missed',
        to: `  channel.register(session);\n  ${wait}\n  for (let missed`,
      },
    ],
  },
  {
    name: 'better-sse with a pause between its history and `register`',
    server: 'better-sse',
    symptom: 'an event that comes during the replay does not come',
    patches: [
      {
        file: 'better-sse.ts',
        from: '  channel.register(session);\n',
        to: `  ${wait}\n  channel.register(session);\n`,
      },
    ],
  },
  ...['node-http', 'worker'].map(
    (server): Trap => ({
      name: 'a log that is read before anybody listens',
      server,
      symptom: 'an event that comes during the replay does not come',
      patches: [
        {
          file: 'shared/events.ts',
          from: '        const before = appends;\n        const events = await read(cursor);\n',
          to: `const events = await read(cursor); ${wait}\n`,
        },
        {
          file: 'shared/events.ts',
          from: 'if (events.length === 0 && appends === before) await',
          to: 'await',
        },
      ],
    }),
  ),
  {
    name: 'a Durable Object without `enable_request_signal`',
    server: 'worker',
    symptom: 'a stream that was left counts on',
    patches: [{ file: 'worker/wrangler.json', from: ', "enable_request_signal"', to: '' }],
    env: { KEEP_ALIVE: '100', STREAMS_PER_USER: '2' },
  },
  {
    // Ten seconds in Bun, as a rule, and comments every fifteen.
    name: 'Bun with an idle timeout that is shorter than the comments’ interval',
    server: 'hono-bun',
    symptom: 'a silent stream is cut',
    patches: [{ file: 'hono/bun.ts', from: 'idleTimeout: 0', to: 'idleTimeout: 1' }],
  },
  {
    name: 'a preflight that does not know Last-Event-ID',
    server: 'express',
    symptom: 'a page of a second origin may not resume',
    patches: [{ file: 'shared/visitors.ts', from: 'Content-Type, Last-Event-ID', to: 'Content-Type' }],
  },
  {
    name: 'the query before the header',
    server: 'node-http',
    symptom: 'a client with an ID in its URL gets all of it again',
    patches: [
      {
        file: 'node-http.ts',
        from: "request.headers['last-event-id'] ?? query.get('lastEventId')",
        to: "query.get('lastEventId') ?? request.headers['last-event-id']",
      },
    ],
  },
  {
    name: 'a stream that begins without an ID',
    server: 'express',
    symptom: 'a client that has seen nothing yet loses what it missed',
    patches: [{ file: 'shared/events.ts', from: 'connected\\nid:', to: 'connected\\n:' }],
  },
  {
    name: 'a HEAD that begins a stream',
    server: 'hono',
    symptom: 'a HEAD counts as a stream',
    patches: [{ file: 'hono/app.ts', from: "c.req.method === 'HEAD'", to: "c.req.method === ''" }],
    env: { STREAMS_PER_USER: '2' },
  },
  {
    name: 'a HEAD that begins a stream',
    server: 'nest',
    symptom: 'a HEAD counts as a stream',
    patches: [{ file: 'nest/main.ts', from: "request.method === 'HEAD'", to: "request.method === ''" }],
    env: { STREAMS_PER_USER: '2' },
  },
  {
    name: 'refusals without CORS headers',
    server: 'express',
    symptom: 'a page of a second origin does not see why it is refused',
    patches: [
      { file: 'express.ts', from: "  response.set(crossOrigin(request.get('Origin')));\n", to: '' },
      {
        file: 'express.ts',
        from: '  next();\n',
        to: "  response.set(crossOrigin(request.get('Origin')));\n  next();\n",
      },
    ],
  },
  {
    name: 'an error that nobody catches',
    server: 'node-http',
    symptom: 'a request that is none ends all streams',
    patches: [
      { file: 'node-http.ts', from: 'URL.parse(', to: 'new URL(' },
      {
        file: 'node-http.ts',
        from: '.catch((error) => {\n    console.error(error);\n    response.destroy();\n  });\n',
        to: ';\n',
      },
    ],
  },
  {
    name: 'an answer that ends with its request',
    server: 'answers',
    symptom: 'the rest of an answer does not come',
    patches: [
      {
        file: 'answers.ts',
        from: '  void write(id, prompt);\n',
        to: "  void write(id, prompt);\n  response.once('close', () => gone.add(id));\n",
      },
      {
        file: 'answers.ts',
        from: 'const app = express();\n',
        to: 'const app = express();\nconst gone = new Set();\n',
      },
      { file: 'answers.ts', from: '    await sleep(', to: '    if (gone.has(id)) return;\n    await sleep(' },
    ],
    env: { WORDS: '5', PACE: '500' },
  },
];
