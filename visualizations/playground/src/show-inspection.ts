import { inspectConnections } from 'sse-machine/inspect';
import { createViewer } from '../../viewer/viewer.ts';

/** Shows in the page what an inspector is told of the connections that are made from now on. */
export function showInspection(element: HTMLElement): void {
  const viewer = createViewer(element);
  inspectConnections({
    enabled: true,
    viewer: { send: viewer.receive },
    name: (path) => path.split('/').at(-1) || path,
  });
}
