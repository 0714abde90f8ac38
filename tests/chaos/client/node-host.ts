import { setTimeout as pause } from 'node:timers/promises';
import { CampaignClock } from '../campaign-clock.ts';
import { type ClientPlan, startClient, type Watcher } from './client.ts';

/** Where the clients of a campaign run. */
export interface ClientHost extends AsyncDisposable {
  readonly clock: CampaignClock;
  /** How far the clock of a client may be from ours, in milliseconds of the campaign. */
  readonly skew: number;
  start(plan: ClientPlan, watcher: Watcher): Promise<RemoteClient>;
}

export interface RemoteClient {
  calm(): Promise<void>;
  dispose(): Promise<void>;
}

/** The clients run here, in Node. */
export function openNodeHost(): ClientHost {
  const clock = new CampaignClock(() => pause(1));
  return {
    clock,
    skew: 0,
    async start(plan, watcher) {
      const client = startClient(plan, clock, watcher);
      return { calm: async () => client.calm(), dispose: client.dispose };
    },
    [Symbol.asyncDispose]: () => clock[Symbol.asyncDispose](),
  };
}
