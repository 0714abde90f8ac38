import type { Scene } from '../scene.ts';

/** A sentence that must be true in every runtime. */
export interface Case {
  readonly says: string;
  readonly expected: unknown;
  observe(scene: Scene): unknown;
}

/** Between a moment before the request and one after the answer, so that it does not matter how late either was. */
export function isWithin(moment: number | null, { from, to }: { from: number; to: number }): boolean {
  return moment !== null && from <= moment && moment <= to;
}
