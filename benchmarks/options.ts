import type { ClientName } from './clients/client.ts';

export interface BenchOptions {
  readonly rounds: number;
  /** A fifth of the messages, a tenth of the connections: for a look, not for a table to keep. */
  readonly quick: boolean;
  readonly clients: readonly ClientName[];
}
