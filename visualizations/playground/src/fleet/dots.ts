import { type ConnectionStatus, connectionStatuses } from 'sse-machine';
import { statusLetters } from '../../protocol/fleet-frame.ts';

/** All dots of a status, as one path: a thousand of them cost five elements. */
export interface Dots {
  readonly status: ConnectionStatus;
  readonly count: number;
  readonly path: string;
}

/** The shape of each status on a grid of 10, so that nobody needs to tell colours apart. */
const shapes: { readonly [Status in ConnectionStatus]: string } = {
  open: 'm5 1a4 4 0 1 0 .01 0z', // a disc
  connecting: 'm5 1l4 4l-4 4l-4 -4z', // a diamond
  backoff: 'm1 4h8v2h-8z', // a dash
  failed: 'm2 1l3 3l3 -3l1 1l-3 3l3 3l-1 1l-3 -3l-3 3l-1 -1l3 -3l-3 -3z', // a cross
  closed: 'm4 4h2v2h-2z', // a speck
};

export function dotsOf(statuses: string, columns: number): Dots[] {
  return connectionStatuses.map((status) => {
    const places = [...statuses].flatMap((letter, place) =>
      letter === statusLetters[status] ? [place] : [],
    );
    return {
      status,
      count: places.length,
      path: places.map((place) => at(place, columns) + shapes[status]).join(''),
    };
  });
}

/** The path that the legend shows for a status. */
export function dotOf(status: ConnectionStatus): string {
  return `M0 0${shapes[status]}`;
}

/** `87 open · 13 backoff` */
export function summaryOf(dots: readonly Dots[]): string {
  const words = dots.flatMap(({ status, count }) => (count > 0 ? [`${count} ${status}`] : []));
  return words.join(' · ');
}

function at(place: number, columns: number): string {
  return `M${(place % columns) * 10} ${Math.floor(place / columns) * 10}`;
}
