import type { Delivery } from '../../client/client.ts';
import type { LoggedEvent } from '../event-log.ts';
import type { Manner, MannerOptions, Script } from '../manners.ts';
import { blockOf } from './event-block.ts';

/** The beginning of every stream: all streams of a server that tells of a state look alike at first. */
const beginnings = ['open', 'closed'];

/** A place in one of the streams: so many of its messages have arrived. */
interface Place {
  readonly stream: number;
  readonly arrived: number;
}

/**
 * A server that begins each stream with now, and numbers its events from 1. Of each stream the client has to be handed
 * the first so many messages, but for those that repeat the last that it was handed: they look like a replay.
 */
export function createAnew({ onNews, complain }: MannerOptions): Manner {
  const streams: Delivery[][] = [];
  /** Those that somebody reads. */
  const open = new Set<number>();
  /** The last that the client was handed. */
  let last: Delivery[] = [];
  /** Where the client can be: streams that begin alike cannot be told apart at first. */
  let places: Place[] = [];
  let count = 0;

  function isNext({ stream, arrived }: Place, message: Delivery): boolean {
    return isSame(streams[stream]?.[arrived], message);
  }

  function beginningsAfter(stream: number): Place[] {
    return streams.flatMap((messages, index) =>
      index <= stream
        ? []
        : beginnings
            .map((_, left) => left + 1)
            .filter((left) => messages.slice(0, left).every((one, at) => isSame(one, last.at(at - left))))
            .map((left) => ({ stream: index, arrived: left }))
            .concat({ stream: index, arrived: 0 }),
    );
  }

  return {
    get count() {
      return count;
    },
    get holdsId() {
      return count > 0;
    },
    hasMessages: false,
    hasFarewell: false,
    get isComplete() {
      const current = Math.max(-1, ...places.map(({ stream }) => stream));
      const possible = [...places, ...beginningsAfter(current)];
      return possible.some(({ stream, arrived }) => open.has(stream) && arrived === streams[stream]?.length);
    },
    get stand() {
      return `stream ${places[0]?.stream} of ${streams.length}, ${places[0]?.arrived} of ${streams.at(-1)?.length}`;
    },
    ask() {},
    mayForget() {},
    open() {
      const messages: Delivery[] = [];
      const stream = streams.push(messages) - 1;
      open.add(stream);
      function write(event: string, data: string): string {
        messages.push({ event, data, id: String(messages.length + 1) });
        return blockOf({ event, data }, messages.length);
      }
      return {
        first: write('message', beginnings[0] ?? ''),
        next({ message }: LoggedEvent) {
          if (!message) return '';
          const isAlike = messages.length < beginnings.length;
          return isAlike
            ? write('message', beginnings[messages.length] ?? '')
            : write(message.event, message.data);
        },
        isOver: false,
        leave: () => open.delete(stream),
      } satisfies Script;
    },
    receive(message) {
      count += 1;
      const from = Math.min(...places.map(({ stream }) => stream));
      const candidates = [...places, ...beginningsAfter(Number.isFinite(from) ? from : -1)];
      const next = candidates.filter((place) => isNext(place, message));
      if (next.length === 0) complain(`received ${message.id} '${message.data.slice(0, 20)}' out of order`);
      places = next.map(({ stream, arrived }) => ({ stream, arrived: arrived + 1 }));
      last = [...last, message].slice(-beginnings.length);
      onNews();
    },
    show() {},
    begin() {},
    hear() {},
  };
}

function isSame(one: Delivery | undefined, other: Delivery | undefined): boolean {
  return one?.id === other?.id && one?.data === other?.data && one?.event === other?.event;
}
