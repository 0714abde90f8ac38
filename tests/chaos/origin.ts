import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { seededRandom } from '../support/seeded-random.ts';
import type { CampaignClock } from './campaign-clock.ts';
import { drawFrom } from './draw.ts';
import { drawEvent, type LoggedEvent } from './event-log.ts';
import { acrossOrigins } from './exchange.ts';

/** A real event-stream server that publishes all the time and can replay all that it ever published. */
export interface Origin extends AsyncDisposable {
  readonly port: number;
  readonly log: readonly LoggedEvent[];
  /** The open streams of each client, which is the first segment of the path. */
  readonly streams: ReadonlyMap<string, ReadonlySet<ServerResponse>>;
  /** Publishes no more; the streams stay open, with their keep-alive comments. */
  fallSilent(): void;
}

interface OriginOptions {
  readonly seed: number;
  readonly clock: CampaignClock;
  /** What is sent from time to time, for a stream without events to show signs of life. */
  readonly signs: readonly [string, ...string[]];
  readonly complain: (fault: string) => void;
}

/** In milliseconds of the campaign. */
const pace = { publish: 4, keepAlive: 15 };

export async function startOrigin({ seed, clock, signs, complain }: OriginOptions): Promise<Origin> {
  const draw = drawFrom(seededRandom(seed));
  const log: LoggedEvent[] = [];
  const streams = new Map<string, Set<ServerResponse>>();

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://origin');
    const client = pathname.split('/')[1] ?? '';
    const given = request.headers['last-event-id'] ?? searchParams.get('lastEventId') ?? '0';
    const resumeAfter = /^\d+$/.test(String(given)) ? Number(given) : Number.NaN;
    if (!(resumeAfter <= log.length)) complain(`client ${client} asked for what follows ${given}`);
    const type = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' };
    response.writeHead(200, { ...type, ...acrossOrigins });
    response.flushHeaders();
    if (draw.chance(0.1)) response.write('\uFEFF');
    const replay = log.slice(resumeAfter).map(({ wire }) => wire);
    if (replay.length > 0) response.write(replay.join(''));
    enter(client, response);
  });

  function enter(client: string, response: ServerResponse): void {
    const own = streams.get(client) ?? new Set();
    streams.set(client, own);
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
  const keepingAlive = clock.every(pace.keepAlive, () => write(draw.pick(signs)));

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    log,
    streams,
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
