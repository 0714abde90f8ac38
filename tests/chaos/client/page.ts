import { createTestClock } from '../../../testing/clock.ts';
import {
  type Client,
  type ClientPlan,
  type Delivery,
  type News,
  type ShownState,
  startClient,
} from './client.ts';

/** A question or news of a client that goes to the other side at once. */
export type Telegram = { readonly type: 'url' } | News;

/** A delivery or a state that can wait for the next beat of the clock. */
export type Note =
  | { readonly client: string; readonly delivery: Delivery }
  | { readonly client: string; readonly shown: ShownState };

/** The functions of this page that the other side can call. */
export interface CampaignPage {
  start(plan: ClientPlan): void;
  calm(name: string): void;
  dispose(name: string): Promise<void>;
  /** Moves the clock of this page by a millisecond, and hands over what happened since. */
  beat(): Note[];
}

declare global {
  interface Window {
    campaign: CampaignPage;
    /** Answers a URL where that was asked for. Telegrams arrive in the order in which they are sent, after the notes. */
    telegraph(client: string, telegram: Telegram, notes: readonly Note[]): Promise<string>;
  }
}

const clock = createTestClock();
const clients = new Map<string, Client>();
let notes: Note[] = [];

/** Earlier events come before later ones. */
function takeNotes(): Note[] {
  const all = notes;
  notes = [];
  return all;
}

window.campaign = {
  start(plan) {
    const { name: client } = plan;
    const started = startClient(plan, clock, {
      url: () => window.telegraph(client, { type: 'url' }, takeNotes()),
      tell: (news) => void window.telegraph(client, news, takeNotes()),
      deliver: (delivery) => void notes.push({ client, delivery }),
      show: (shown) => void notes.push({ client, shown }),
    });
    clients.set(client, started);
  },
  calm: (name) => clients.get(name)?.calm(),
  dispose: async (name) => clients.get(name)?.dispose(),
  beat() {
    clock.advance(1);
    return takeNotes();
  },
};
