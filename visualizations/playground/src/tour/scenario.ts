import type { FaultRequest } from '../../protocol/fault-api.ts';
import type { Expectation } from '../panel/panel-watch.ts';
import type { Settings } from '../settings/setting-fields.ts';
import type { LeaderFault } from '../tabs/leader-faults.ts';
import type { PageEvent } from './page-events.ts';

/** A story of one guard of the statechart, told in steps. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** The guards that decide, as the statechart calls them. */
  readonly guards: readonly string[];
  /** The settings that both connections are made with while it plays. */
  readonly settings: Partial<Settings>;
  readonly steps: readonly Step[];
}

export interface Step {
  /** Announces what is about to happen. */
  readonly says: string;
  /** Where to look, and for what. */
  readonly look: string;
  readonly does: readonly Action[];
  /** The expectation that both panels must meet. */
  readonly expects: Expectation;
}

export type Action =
  /** Begins a fault, or lifts the one in force. */
  | { readonly fault: FaultRequest }
  /** Presses a button of both panels. */
  | { readonly press: 'open' | 'close' | 'reconnect' }
  /** Tells the page what its browser would. */
  | { readonly tell: PageEvent }
  /** Opens so many tabs that share a stream. */
  | { readonly tabs: number }
  /** Does something to the one of them that leads. */
  | { readonly leader: LeaderFault }
  /** Goes on when it is so. */
  | { readonly until: Expectation };
