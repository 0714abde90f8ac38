import type { Actor } from 'xstate';
import type { ConnectionStatus, Message } from '../../../index.ts';
import { createConnection } from '../../../index.ts';
import { activePaths } from '../../../machines/chart.ts';
import { type Leadership, leadershipOf } from '../../../machines/leadership.ts';
import { watchActors } from '../../../machines/onlooker.ts';
import { tabsMachine } from '../../../machines/tabs.ts';
import { acrossTabs } from '../../../tabs/index.ts';
import type { TransportFactory } from '../../../transports/transport-factory.ts';

/** A frame that is a tab, as it sees itself. */
export interface SeenTab extends Pick<Leadership, 'leader'> {
  readonly status: ConnectionStatus;
  /** The state of its statechart, such as `following.served`. */
  readonly path: string;
}

interface TabOptions {
  /** Tabs of the same group share the stream. */
  readonly group: string;
  /** Leads to the server, which is in the page around the frame. */
  readonly transport: TransportFactory;
  readonly onChange: (seen: SeenTab) => void;
  readonly onMessage: (message: Message) => void;
}

/** Runs in a frame of the demo: this document is a tab of its own, with its own locks and channels. */
export function openTab({ group, transport, onChange, onMessage }: TabOptions): void {
  let tab: Pick<SeenTab, 'leader' | 'path'> = { leader: 'none', path: 'away' };
  watchActors((actor) => {
    if (!isTab(actor)) return;
    actor.subscribe(({ context, value }) => {
      tab = { leader: leadershipOf(context).leader, path: activePaths(value).at(-1) ?? '' };
      tell();
    });
  });
  const connection = createConnection('/api/events', {
    transport: acrossTabs({ scope: group, heartbeat: 2_000, transport }),
    retryDelay: 600,
    immediate: false,
  });
  const tell = () => onChange({ ...tab, status: connection.state.status });
  connection.on('*', onMessage);
  connection.subscribe(tell);
  connection.open();
}

function isTab(actor: { readonly logic: unknown }): actor is Actor<typeof tabsMachine> {
  return Object(actor.logic).id === tabsMachine.id;
}
