import type { Scene } from '../model/selection.ts';

/** A part of the viewer: it shows a scene in its element. */
export interface Part {
  readonly element: HTMLElement;
  render(scene: Scene): void;
}
