import type { Row } from './rows.ts';
import { asking } from './scenarios/asking.ts';
import { comingBack } from './scenarios/coming-back.ts';
import { herd } from './scenarios/herd.ts';
import { resuming } from './scenarios/resuming.ts';
import type { Trial } from './trial.ts';

/** Whether a client does what a row says, and what the server or the app has seen of it. */
export interface Seen {
  readonly holds: boolean;
  readonly seen: string;
  /** Shown beside the answer in the table. */
  readonly figure?: string;
}

/** Rows that the same faults decide. A row that it leaves out makes no sense for the client. */
export interface Scenario {
  readonly rows: readonly Row[];
  /** Is about time, so that nothing else is tried meanwhile: a busy machine spreads clients as well. */
  readonly isTimed?: boolean;
  /** The server has a port of its own. */
  readonly ownPort?: boolean;
  /** The page of another script than the client itself; a client without it has no answer. */
  readonly script?: 'strict';
  run(trial: Trial): Promise<Partial<Record<Row, Seen>>>;
}

export const scenarios: readonly Scenario[] = [...comingBack, ...herd, ...resuming, ...asking];
