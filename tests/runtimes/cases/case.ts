import type { Scene } from '../scene.ts';

/** A sentence that must be true in every runtime. */
export interface Case {
  readonly says: string;
  readonly expected: unknown;
  observe(scene: Scene): unknown;
}
