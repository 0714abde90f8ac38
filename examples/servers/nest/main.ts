import 'reflect-metadata';
import { setTimeout } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Body,
  Controller,
  Header,
  Headers,
  type MessageEvent,
  Module,
  Post,
  Query,
  Res,
  Sse,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { Observable } from 'rxjs';
import { kicked } from '../shared/events.ts';
import { openLog } from '../shared/log.ts';
import { createStreams } from '../shared/streams.ts';
import { crossOrigin, judge } from '../shared/visitors.ts';

const port = Number(process.env['PORT'] ?? 8080);
const keepAlive = Number(process.env['KEEP_ALIVE'] ?? 15_000);
const log = openLog('events');
const streams = createStreams();

@Controller('events')
class EventsController implements BeforeApplicationShutdown {
  @Sse()
  stream(
    @Res({ passthrough: true }) response: Response,
    @Headers('last-event-id') header: string | undefined,
    @Query('lastEventId') query: string | undefined,
  ): Observable<MessageEvent> {
    // The header wins over the query, which stays that of the first request, because EventSource keeps its URL.
    const after = log.startAfter(header ?? query);
    // Nest sets Cache-Control and X-Accel-Buffering itself, and flushes the headers.
    response.setHeader('Last-Event-ID', String(after));

    return new Observable((subscriber) => {
      let lastId = String(after);
      const leaving = new AbortController();
      const leave = streams.enter(response.locals['user'], (why) => {
        // Trap: Nest numbers events without an ID, each stream from 1. Give every event its ID from the log.
        if (why === 'kicked') subscriber.next({ type: kicked.name, data: kicked.data, id: lastId });
        leaving.abort();
      });
      const alive = setInterval(() => subscriber.next({ comment: 'keep-alive' }), keepAlive);
      subscriber.next({ comment: 'connected', id: lastId });

      async function pass(): Promise<void> {
        for await (const { id, name, data } of log.follow(after, leaving.signal)) {
          lastId = String(id);
          subscriber.next({ id: lastId, type: name, data });
        }
        subscriber.complete();
      }
      pass().catch((error) => subscriber.error(error));

      // Called when the client has left, and at the end.
      return () => {
        leaving.abort();
        leave();
        clearInterval(alive);
      };
    });
  }

  @Post()
  @Header('Cache-Control', 'no-store')
  publish(@Query('event') name: string | undefined, @Body() body: unknown): { id: number } {
    return { id: log.append(name ?? 'message', JSON.stringify(body)).id };
  }

  async beforeApplicationShutdown(): Promise<void> {
    // Trap: the server waits for every stream. Streams never end by themselves, so it would wait until somebody kills
    // the server.
    streams.endAll();
    // Time to send the ends of the streams, before `forceCloseConnections` cuts those that are not read.
    await setTimeout(100);
  }
}

@Module({ controllers: [EventsController] })
class AppModule {}

const app = await NestFactory.create<NestExpressApplication>(AppModule, {
  forceCloseConnections: true,
  logger: ['error', 'warn'],
});
// Without it, SIGTERM ends the process at once.
app.enableShutdownHooks(['SIGTERM']);

app.use((request: Request, response: Response, next: NextFunction) => {
  response.set(crossOrigin(request.get('Origin')));
  // Trap: while the server stops, it still takes requests on the connections that it has: a client would come again at
  // once, be ended, and come again.
  if (streams.areEnding) return void response.status(503).set('Connection', 'close').end();
  if (request.method === 'OPTIONS') return void response.sendStatus(204);
  // Trap: Nest starts a stream for a HEAD too, which would count as one of the user.
  if (request.method === 'HEAD') return void response.status(405).set('Allow', 'GET, POST').end();
  const visitor = judge(request.get('Authorization'), request.query['token']);
  if ('status' in visitor) return void response.status(visitor.status).set(visitor.headers).end();
  response.locals['user'] = visitor.user;
  next();
});

await app.listen(port);
console.log(`http://localhost:${port}/events`);
