import { systemClock } from '../machines/clock.ts';
import type {
  AttemptOutcome,
  TransportCommand,
  TransportEvent,
  TransportInput,
} from '../machines/connection.ts';
import { ConnectionError, exceeded, toFailure } from '../machines/connection-error.ts';
import { isOffline } from '../machines/environment.ts';
import type { MessageBatch } from '../machines/message.ts';
import type { TransportActorOptions } from './actor-options.ts';
import type { StreamMemory } from './memory.ts';
import { asConnectionError } from './network-error.ts';
import { batchParser } from './parse.ts';
import { forgetRefresh, refreshOnce } from './refresh.ts';
import { defaultReporter, report } from './report.ts';
import { namesOf } from './supply.ts';
import type { Transport } from './transport.ts';
import { createVigil } from './vigil.ts';

/** Carries one stream after another for as long as the statechart wants one. */
export function carry(
  transport: Transport,
  options: TransportActorOptions,
  input: TransportInput,
  memory: StreamMemory,
  send: (event: TransportEvent) => void,
) {
  const { parse = 'auto', connectTimeout = 15_000, idleTimeout = 0, refresh, jitter } = options;
  const { clock = systemClock, reportError = defaultReporter } = options;
  const closeOn = namesOf(options.closeOn);
  const refreshOn = namesOf(options.refreshOn);
  const parseBatch = batchParser(parse, reportError);
  let { backoff } = input;
  /** The request that has no stream yet, and the one whose stream is read. An aborted one is heard no more. */
  let asking: AbortController | undefined;
  let reading: AbortController | undefined;
  /** Why the request was made: the credentials are renewed before it, or the stream was doubted. */
  let renewing = false;
  let doubting = false;
  /** The request has left; until then, nothing of what arrives will be sent again. */
  let sent = false;
  /** A renewal that failed is not tried again while the stream lasts. */
  let renewable = true;
  /** What the server asked to wait when it refused to renew, on the wall clock. */
  let notBefore = 0;
  let patience: unknown;

  const vigil = createVigil({
    clock,
    idleTimeout,
    memory,
    onIdle: (limit) => reading && lose(reading, exceeded('idle', 'idleTimeout', limit)),
    // While another stream is on its way there is nothing to ask for; but it may not come.
    onDoubt() {
      if (asking) {
        vigil.prove();
      } else {
        send({ type: 'transport.doubted' });
        doubting = true; // whatever is asked for now is asked for because of it
      }
    },
  });

  function dispose(): void {
    vigil.stop();
    clock.clearTimeout(patience);
    asking?.abort();
    reading?.abort();
  }

  function ask(renew: boolean): void {
    clock.clearTimeout(patience);
    asking?.abort();
    const own = new AbortController();
    asking = own;
    renewing = renew;
    doubting = sent = false;
    // One microtask later, only an actor that is still wanted sends a request: React's Strict Mode mounts,
    // unmounts and mounts again before that. A promise, because Jest's fake timers hold back `queueMicrotask`.
    Promise.resolve()
      .then(() => (own.signal.aborted ? undefined : run(own)))
      .catch((cause) => lose(own, asConnectionError(cause)));
  }

  async function run(own: AbortController): Promise<void> {
    const { signal } = own;
    if (connectTimeout > 0) {
      patience = clock.setTimeout(() => {
        if (refresh && !sent) forgetRefresh(refresh); // it may hang for ever
        lose(own, exceeded('timeout', 'connectTimeout', connectTimeout));
      }, connectTimeout);
    }
    if (renewing && refresh) await refreshOnce(refresh, reportError);
    if (signal.aborted) return;
    if (renewing && reading && (transport.unsafe || memory.lastEventId === '')) {
      send({ type: 'transport.restarted' }); // the two streams may not run side by side
      return;
    }
    sent = true;
    const request = memory.request();
    const { lastEventId: asked } = request;
    const stream = await transport(request, signal);
    // A transport that does not heed the signal may answer all the same.
    if (signal.aborted) return void (await stream[Symbol.asyncIterator]().return?.());

    clock.clearTimeout(patience);
    reading?.abort();
    reading = own;
    asking = undefined;
    renewable = true;
    memory.startStream();
    vigil.start();
    const { resumedAfter = asked } = stream;
    let { lastEventId } = memory;
    send({ type: 'transport.opened', at: clock.now() });
    if (asked !== '' && resumedAfter !== asked)
      send({ type: 'transport.gap', lastEventId: asked, resumedAfter });

    for await (const batch of stream) {
      if (signal.aborted) return;
      vigil.feed(batch);
      if (doubting && asking) stopAsking(); // it was alive after all
      const news =
        batch.messages.length > 0 || batch.lastEventId !== lastEventId || batch.retry !== undefined;
      if (!news) continue;
      // The next stream brings it again, and could not tell it from news.
      if (asking && sent && !memory.hasRoomFor(batch)) return giveWay(own);
      ({ lastEventId } = batch);
      if (deliver(batch))
        return finish(own, new ConnectionError('ended', farewell), { type: 'transport.ended', final: true });
    }
    lose(own, new ConnectionError('ended', 'The server ended the stream.'), { type: 'transport.ended' });
  }

  /** Tells whether the server closes the connection with a message of this batch: what follows it is not delivered. */
  function deliver(batch: MessageBatch): boolean {
    const last = closeOn.length > 0 ? batch.messages.findIndex(({ event }) => closeOn.includes(event)) : -1;
    const messages = last < 0 ? batch.messages : batch.messages.slice(0, last + 1);
    const lastEventId = batch.messages[last]?.id ?? batch.lastEventId;
    memory.remember({ messages, lastEventId, characters: batch.characters });
    send({ type: 'transport.messages', lastEventId, retry: batch.retry, messages: parseBatch(messages) });
    if (refreshOn.length > 0 && messages.some(({ event }) => refreshOn.includes(event))) {
      send({ type: 'transport.expiring' });
    }
    return last >= 0;
  }

  /** A request or its stream is over. Where there is another, that one goes on. */
  function lose(own: AbortController, error: ConnectionError, how?: Ending): void {
    if (own.signal.aborted) return;
    const isOver = how !== undefined && renewing; // nobody asked for another stream
    if (own === reading && asking && !isOver) {
      giveWay(own);
    } else if (own === asking && reading && renewing) {
      // The credentials could not be renewed in time. The old ones are good for as long as they last.
      stopAsking();
      renewable = false;
      notBefore = clock.now() + (error.retryAfter ?? 0);
    } else {
      finish(own, error, how);
    }
  }

  /** The stream that is read goes on alone. */
  function stopAsking(): void {
    clock.clearTimeout(patience);
    asking?.abort();
    asking = undefined;
  }

  /** The stream is over, and the one that takes its place is still on its way. */
  function giveWay(own: AbortController): void {
    own.abort();
    vigil.stop();
    reading = undefined;
    send({ type: 'transport.lost' });
  }

  function finish(own: AbortController, error: ConnectionError, how: Ending = failed): void {
    if (own.signal.aborted) return;
    dispose();
    const retryAfter = Math.max(error.retryAfter ?? 0, notBefore - clock.now());
    const failure = { ...toFailure(error), ...(retryAfter > 0 && { retryAfter }) };
    send({ ...how, error: failure, ...outcome() });
  }

  function outcome(): AttemptOutcome {
    return {
      at: clock.now(),
      random: clock.random(),
      jittered: ownJitter(),
      refreshable: Boolean(refresh),
      offline: isOffline(),
    };
  }

  function ownJitter(): number | undefined {
    try {
      const delay = typeof jitter === 'function' ? jitter(backoff) : undefined;
      if (delay === undefined || (typeof delay === 'number' && delay >= 0)) return delay;
      throw new TypeError('`jitter` must return milliseconds.');
    } catch (error) {
      report(reportError, error);
      return undefined;
    }
  }

  memory.rewind(input.lastEventId);
  ask(input.refresh);

  return {
    dispose,
    receive(command: TransportCommand): void {
      if ('backoff' in command) ({ backoff } = command);
      if (command.type === 'budget.restored') memory.settleStream();
      if (command.type === 'stream.prove') vigil.prove();
      if (command.type !== 'stream.replace') return;
      // A server may say again and again that the credentials expire.
      if (!command.refresh || (!asking && renewable)) ask(command.refresh);
    },
  };
}

type Ending =
  | { readonly type: 'transport.failed' }
  | { readonly type: 'transport.ended'; readonly final?: boolean };

const failed: Ending = { type: 'transport.failed' };

const farewell = 'The server closed the connection with an event of `closeOn`.';
