import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { seededRandom } from '../support/seeded-random.ts';
import type { CampaignClock } from './campaign-clock.ts';
import { drawFrom } from './draw.ts';
import { drawEvent, type LoggedEvent } from './event-log.ts';

/** A real event-stream server that publishes all the time and can replay all that it ever published. */
export interface Origin extends AsyncDisposable {
  readonly port: number;
  readonly log: readonly LoggedEvent[];
  readonly requests: number;
  /** How many streams of each client are open, by the `x-client` header. */
  readonly streams: ReadonlyMap<string, ReadonlySet<ServerResponse>>;
  /** The longest that a stream outlived the request that replaced it, in milliseconds of the campaign. */
  readonly longestHandOver: number;
  /** Publishes no more; the streams stay open, with their keep-alive comments. */
  fallSilent(): void;
}

interface OriginOptions {
  readonly seed: number;
  readonly clock: CampaignClock;
  readonly complain: (fault: string) => void;
}

/** In milliseconds of the campaign. */
const pace = { publish: 4, keepAlive: 15 };

export async function startOrigin({ seed, clock, complain }: OriginOptions): Promise<Origin> {
  const draw = drawFrom(seededRandom(seed));
  const log: LoggedEvent[] = [];
  const streams = new Map<string, Set<ServerResponse>>();
  let requests = 0;
  let longestHandOver = 0;

  const server = createServer((request, response) => {
    requests += 1;
    const client = String(request.headers['x-client']);
    const resumeAfter = readLastEventId(request.headers);
    if (!(resumeAfter >= 0 && resumeAfter <= log.length)) {
      complain(`client ${client} asked for what follows ${request.headers['last-event-id']}`);
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.flushHeaders();
    if (draw.chance(0.1)) response.write('\uFEFF');
    const replay = log.slice(resumeAfter).map(({ wire }) => wire);
    if (replay.length > 0) response.write(replay.join(''));
    enter(client, response);
  });

  function enter(client: string, response: ServerResponse): void {
    const own = streams.get(client) ?? new Set();
    streams.set(client, own);
    if (own.size > 1) complain(`client ${client} has ${own.size + 1} streams at a time`);
    for (const replaced of own) {
      const since = clock.now();
      replaced.once('close', () => {
        longestHandOver = Math.max(longestHandOver, clock.now() - since);
      });
    }
    own.add(response);
    response.once('close', () => own.delete(response));
  }

  function write(text: string): void {
    for (const own of streams.values()) for (const response of own) response.write(text);
  }

  const publishing = clock.every(pace.publish, () => {
    const entry = drawEvent(log.length + 1, draw);
    log.push(entry);
    write(entry.wire);
  });
  const keepingAlive = clock.every(pace.keepAlive, () => write(draw.pick([':\n\n', ': here\r\n', ':\n'])));

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    log,
    streams,
    get requests() {
      return requests;
    },
    get longestHandOver() {
      return longestHandOver;
    },
    fallSilent: publishing.stop,
    async [Symbol.asyncDispose]() {
      publishing.stop();
      keepingAlive.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** NaN for one that this server never gave. */
function readLastEventId(headers: IncomingHttpHeaders): number {
  const text = headers['last-event-id'] ?? '0';
  return /^\d+$/.test(String(text)) ? Number(text) : Number.NaN;
}
