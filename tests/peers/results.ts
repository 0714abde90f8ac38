import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../package/built.ts';
import type { PeerName } from './peers.ts';
import type { Row } from './rows.ts';

/** The answer of a run. */
export interface Cell {
  /** `none` where the question makes no sense: whether a POST is repeated by a client that sends none. */
  readonly answer: 'yes' | 'option' | 'no' | 'none';
  /** The option. */
  readonly by?: string;
  /** A short word of what was seen, which may differ from run to run. */
  readonly seen: string;
  /** Shown beside the answer. */
  readonly figure?: string;
}

/** The price of a client. */
export interface Cost {
  /** Minified and gzipped, with all that it needs but Vue, in bytes. */
  readonly gzip: number;
  /** The packages that npm installs for it, itself among them. */
  readonly packages: number;
}

export interface Results {
  /** The major version of Chromium. */
  readonly chromium: string;
  /** Of each client but the browser's. */
  readonly versions: Readonly<Partial<Record<PeerName, string>>>;
  readonly cells: Readonly<Record<PeerName, Readonly<Partial<Record<Row, Cell>>>>>;
  readonly costs: Readonly<Record<PeerName, Cost>>;
}

export const resultsFile = 'docs/compare/results.json';

/** Undefined before the first run. */
export function readResults(): Results | undefined {
  const path = join(root, resultsFile);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}
