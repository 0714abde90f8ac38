import type { ConnectionStatus } from '../../../machines/connection.ts';
import { type Dom, setAttribute } from './dom.ts';

/** A shape for each status, on a grid of 16: a status is never told by its colour alone. */
export const statusShapes: { readonly [Status in ConnectionStatus]: string } = {
  connecting: 'M8 2.5a5.5 5.5 0 1 1-5.5 5.5',
  open: 'M3 8.5l3.2 3.2L13 5',
  backoff: 'M8 4.5V8l2.4 1.8M8 2.2a5.8 5.8 0 1 1 0 11.6a5.8 5.8 0 1 1 0-11.6',
  failed: 'M4 4l8 8M12 4l-8 8',
  closed: 'M4.5 4.5h7v7h-7z',
};

export function statusIcon({ svg }: Dom, status: ConnectionStatus): SVGSVGElement {
  const path = svg('path', { d: statusShapes[status] });
  return svg('svg', { class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true' }, path);
}

/** Gives an icon the shape of another status. */
export function reshape(icon: SVGSVGElement, status: ConnectionStatus): void {
  const [path] = icon.children;
  if (path) setAttribute(path, 'd', statusShapes[status]);
}
