import type { EventStream, MessageBatch, Transport, TransportOptions } from '../../../index.ts';

/** One call of a transport. */
interface Live {
  readonly signal: AbortSignal;
  /** Its stream is read. */
  delivers: boolean;
  /** The app has asked for another one meanwhile. */
  superseded: boolean;
}

/**
 * Watches every transport of a client: never two streams are read, and beside the one that is read there is at
 * most one request, and only where the app has asked for a successor.
 */
export function watchTransports(complain: (text: string) => void) {
  const calls: Live[] = [];
  const sources: EventSource[] = [];
  let attempts = 0;

  const alive = () => calls.filter(({ signal }) => !signal.aborted);

  function begin(signal: AbortSignal): Live {
    attempts += 1;
    const others = alive();
    if (others.length > 1) complain(`has ${others.length + 1} live transports`);
    if (others.some(({ delivers, superseded }) => !delivers || !superseded))
      complain('has two live transports');
    const open = sources.filter(({ readyState }) => readyState !== 2).length;
    if (open > others.length) complain('has left an EventSource open');
    calls.splice(0, calls.length, ...others);
    const live = { signal, delivers: false, superseded: false };
    calls.push(live);
    return live;
  }

  function expectOneReader(): void {
    if (alive().filter(({ delivers }) => delivers).length > 1) complain('reads two streams at a time');
  }

  async function* read(stream: EventStream, live: Live): AsyncGenerator<MessageBatch, void> {
    live.delivers = true;
    expectOneReader();
    for await (const batch of stream) {
      expectOneReader();
      yield batch;
    }
  }

  return {
    get attempts() {
      return attempts;
    },
    /** The browser's own class, where there is one. */
    EventSource:
      globalThis.EventSource &&
      class extends globalThis.EventSource {
        constructor(...given: ConstructorParameters<typeof EventSource>) {
          super(...given);
          sources.push(this);
        }
      },
    watch(make: (options: TransportOptions) => Transport) {
      return (options: TransportOptions): Transport => {
        const transport = make(options);
        const watched: Transport = async (request, signal) => {
          const live = begin(signal);
          const stream = await transport(request, signal);
          return Object.assign(read(stream, live), { resumedAfter: stream.resumedAfter });
        };
        const { unsafe = false, resumable = false } = transport;
        return Object.assign(watched, { unsafe, resumable });
      };
    },
    /** The app asks for a new stream. */
    expectSuccessor(): void {
      for (const live of calls) live.superseded = true;
    },
    expectNone(): void {
      if (alive().length > 0) complain('left a transport');
      if (sources.some(({ readyState }) => readyState !== 2)) complain('left an EventSource');
    },
  };
}
