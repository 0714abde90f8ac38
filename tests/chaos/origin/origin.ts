import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { seededRandom } from '../../support/seeded-random.ts';
import type { CampaignClock } from '../campaign-clock.ts';
import { drawFrom } from '../draw.ts';
import { acrossOrigins } from '../proxy/exchange.ts';
import { drawEvent, type LoggedEvent } from './event-log.ts';
import type { Manner, Script } from './manners.ts';

/** A real event-stream server that publishes all the time, to each client in its manner. */
export interface Origin extends AsyncDisposable {
  readonly port: number;
  readonly log: readonly LoggedEvent[];
  /** The open streams of each client, which is the first segment of the path. */
  readonly streams: ReadonlyMap<string, ReadonlyMap<ServerResponse, Script>>;
  /** How a client is served, to be told before its first request. */
  serve(client: string, manner: Manner): void;
  /** Publishes no more; the streams stay open, with their keep-alive comments. */
  fallSilent(): void;
}

interface OriginOptions {
  readonly seed: number;
  readonly clock: CampaignClock;
  /** Texts that are sent from time to time, for a stream without events to show signs of life. */
  readonly signs: readonly [string, ...string[]];
  readonly complain: (fault: string) => void;
}

/** In milliseconds of the campaign. */
const pace = { publish: 4, keepAlive: 15 };

export async function startOrigin({ seed, clock, signs, complain }: OriginOptions): Promise<Origin> {
  const draw = drawFrom(seededRandom(seed));
  const log: LoggedEvent[] = [];
  const streams = new Map<string, Map<ServerResponse, Script>>();
  const manners = new Map<string, Manner>();

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://origin');
    const client = pathname.split('/')[1] ?? '';
    const given = request.headers['last-event-id'] ?? searchParams.get('lastEventId') ?? '';
    const manner = manners.get(client);
    if (!manner) return void response.writeHead(404).end(complain(`nobody is called ${client}`));
    const type = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' };
    // No other exchange can follow one that the server itself ends.
    const ends = manner.hasFarewell ? { connection: 'close' } : {};
    response.writeHead(200, { ...type, ...ends, ...acrossOrigins });
    response.flushHeaders();
    if (draw.chance(0.1)) response.write('\uFEFF');
    const script = manner.open(String(given));
    const own = streams.get(client) ?? new Map<ServerResponse, Script>();
    streams.set(client, own.set(response, script));
    response.once('close', () => {
      own.delete(response);
      script.leave?.();
    });
    write(response, script, script.first);
  });

  function write(response: ServerResponse, { isOver }: Script, text: string): void {
    if (text !== '') response.write(text);
    if (isOver && draw.chance(0.5)) response.end(); // or the client has to close it
  }

  function toAll(textFor: (script: Script) => string): void {
    for (const own of streams.values())
      for (const [response, script] of own) {
        const text = textFor(script);
        write(response, script, text);
      }
  }

  const publishing = clock.every(pace.publish, () => {
    const entry = drawEvent(log.length + 1, draw);
    log.push(entry);
    toAll((script) => script.next(entry));
  });
  const keepingAlive = clock.every(pace.keepAlive, () => toAll(() => draw.pick(signs)));

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    log,
    streams,
    serve: (client, manner) => void manners.set(client, manner),
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
