import { type Block, blockOf } from './block.ts';
import { acceptanceHead, type HeaderRecord, refusalHead } from './head.ts';
import { afterRealTime } from './real-time.ts';
import type { ScriptedPeer, ScriptedPeerOptions, ScriptedRequest } from './scripted.ts';

/** One request and its answer, over any transport. Each promise resolves when the client has been told. */
export interface Exchange {
  readonly request: ScriptedRequest;
  /** Resolves with false when the client had gone before. */
  accept(headers: HeaderRecord, text: string): Promise<boolean>;
  refuse(status: number, headers: HeaderRecord, body: string): Promise<void>;
  write(text: string): Promise<void>;
  end(): Promise<void>;
  drop(): Promise<void>;
}

/** The verbs of a scripted peer, and the calls that a transport, server or resolver makes to it. */
export interface Script {
  readonly peer: ScriptedPeer;
  /** The time, for the record of a request. */
  readonly now: () => number;
  /** A request has come. */
  arrive(exchange: Exchange): void;
  /** A request is over, or its client has gone. */
  leave(exchange: Exchange): void;
  /** Cuts every exchange. Verbs that wait for a request reject, and so do later ones. */
  close(): void;
}

type LoggedBlock = Block & { readonly id: string };

/** A verb that waits for a request. */
interface Taker {
  take(exchange: Exchange): void;
  /** No request comes any more. */
  leave(): void;
}

type Stage = 'waiting' | 'stalled' | 'open';

/** @throws TypeError when an option is invalid. */
export function createScript({ clock = Date, patience = 3_000 }: ScriptedPeerOptions = {}): Script {
  if (typeof clock?.now !== 'function') throw new TypeError('`clock` must have a function `now`.');
  if (!(patience > 0 && patience < 2 ** 31)) throw new TypeError('`patience` must be milliseconds above 0.');
  const log: LoggedBlock[] = [];
  const requests: ScriptedRequest[] = [];
  /** The exchanges that are not over, in the order in which they came. */
  const stages = new Map<Exchange, Stage>();
  const takers = new Set<Taker>();
  let isClosed = false;

  function at(...wanted: Stage[]): Exchange[] {
    return [...stages].filter(([, stage]) => wanted.includes(stage)).map(([exchange]) => exchange);
  }

  /** Answers the oldest request without an answer, or the next one: at once, so that no other verb can take it. */
  function take<Result>(
    verb: string,
    answer: (exchange: Exchange) => Promise<Result>,
    [oldest] = at('waiting'),
  ): Promise<Result> {
    if (oldest) return answer(oldest);
    const waited = new Error(impatience(verb, patience)); // made here, so that its stack leads to the test
    const closed = new Error(`The server was closed before a request came for \`${verb}()\`.`);
    if (isClosed) return Promise.reject(closed);
    return new Promise((resolve, reject) => {
      const patient = afterRealTime(patience, () => {
        takers.delete(taker);
        reject(waited);
      });
      const taker: Taker = {
        take(exchange) {
          patient.cancel();
          resolve(answer(exchange));
        },
        leave() {
          patient.cancel();
          reject(closed);
        },
      };
      takers.add(taker);
    });
  }

  /** The blocks after an ID, for a client that resumes; all of them when the log does not have the ID. */
  function missedAfter(lastEventId: string): string {
    const known = log.findLastIndex(({ id }) => id === lastEventId);
    return textOf(log.slice(known + 1));
  }

  const peer: ScriptedPeer = {
    requests,
    get openStreams() {
      return at('open').length;
    },
    get waiting() {
      return at('waiting', 'stalled').length;
    },
    async accept({ lastEventId: stated } = {}) {
      const head = acceptanceHead(stated);
      const accept = (exchange: Exchange) => {
        const asked = exchange.request.lastEventId;
        const resumes = stated !== undefined || asked !== '';
        stages.set(exchange, 'open');
        return exchange.accept(head, resumes ? missedAfter(stated ?? asked) : '');
      };
      let isHeard = await take('accept', accept);
      while (!isHeard && at('waiting').length > 0) isHeard = await take('accept', accept);
    },
    async refuse(status, details = {}) {
      const head = refusalHead(status, details);
      const { body = '' } = details;
      if (typeof body !== 'string') throw new TypeError('`body` must be a string.');
      await take('refuse', (exchange) => {
        stages.delete(exchange);
        return exchange.refuse(status, head, body);
      });
    },
    async stall() {
      await take('stall', async (exchange) => void stages.set(exchange, 'stalled'));
    },
    async send(...messages) {
      if (messages.length === 0) throw new TypeError('`send` takes at least one message.');
      let next = log.length + 1;
      const blocks = messages.map((message) => {
        const block = blockOf(message, String(next));
        if (isLogged(block)) next += 1;
        return block;
      });
      log.push(...blocks.filter(isLogged));
      await Promise.all(at('open').map((stream) => stream.write(textOf(blocks))));
    },
    async end() {
      const streams = at('open');
      if (streams.length === 0)
        throw new Error('No stream is open that could end. `accept()` a request first.');
      await Promise.all(streams.map((stream) => over(stream).end()));
    },
    async drop() {
      const streams = at('open');
      if (streams.length > 0) await Promise.all(streams.map((stream) => over(stream).drop()));
      else await take('drop', (exchange) => over(exchange).drop(), at('waiting', 'stalled'));
    },
  };

  return {
    peer,
    now: () => clock.now(),
    arrive(exchange) {
      if (isClosed) return void exchange.drop();
      requests.push(exchange.request);
      stages.set(exchange, 'waiting');
      const [taker] = takers;
      if (!taker) return;
      takers.delete(taker);
      taker.take(exchange);
    },
    leave: (exchange) => void stages.delete(exchange),
    close() {
      isClosed = true;
      for (const taker of takers) taker.leave();
      takers.clear();
      for (const exchange of stages.keys()) void over(exchange).drop();
    },
  };

  function over(exchange: Exchange): Exchange {
    stages.delete(exchange);
    return exchange;
  }
}

function isLogged(block: Block): block is LoggedBlock {
  return block.id !== null;
}

function textOf(blocks: readonly Block[]): string {
  return blocks.map(({ text }) => text).join('');
}

function impatience(verb: string, patience: number): string {
  return `No request has come for \`${verb}()\` in ${patience} ms. Is the connection closed, or does the clock have to be advanced to its next retry?`;
}
