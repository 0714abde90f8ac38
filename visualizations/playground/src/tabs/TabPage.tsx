import { useState } from 'react';
import { useServerSentEvents } from 'sse-machine/react';
import { acrossTabs } from 'sse-machine/tabs';
import { statusWords } from '../../../viewer/text/labels.ts';
import { tabWords } from '../../../viewer/text/tab-words.ts';
import type { EventData } from '../../protocol/event-data.ts';
import { createRecorder } from '../panel/recorder.ts';
import { EventCounts } from '../react/EventCounts.tsx';
import { useStore } from '../react/hooks.ts';
import { StatusIcon } from '../react/StatusIcon.tsx';
import { eventsUrl } from '../settings/settings.ts';
import { group } from './group.ts';
import { groupState } from './group-watch.ts';
import { LeaderFaults } from './LeaderFaults.tsx';
import { leave } from './leader-faults.ts';
import { shownTab } from './shown-tab.ts';
import { TabCounts } from './TabCounts.tsx';

const url = eventsUrl(group);
const transport = acrossTabs({ scope: 'public', heartbeat: 2_000 });

/** A tab that shares its stream with the others of its group. */
export function TabPage() {
  const [recorder] = useState(createRecorder);
  const { status, lastEventId } = useServerSentEvents<Record<string, EventData>>(url, {
    transport,
    retryDelay: 300,
    onMessage: recorder.add,
    onGap: recorder.announce,
  });
  const recording = useStore(recorder);
  const { path, leadership } = useStore(shownTab);
  const { isLed } = useStore(groupState);

  return (
    <section className="panel tab" aria-labelledby="tab-title" data-status={status} data-state={path}>
      <header className="panel-head">
        <h1 id="tab-title">This tab {tabWords(path)}</h1>
        <span className="badge" data-status={status}>
          <StatusIcon status={status} />
          {statusWords[status]}
        </span>
      </header>
      <dl className="counts">
        <div className="wide">
          <dt>Who leads</dt>
          <dd>{leadership.leader === 'none' && isLed ? 'another tab' : leadership.leader}</dd>
        </div>
        <div className="wide">
          <dt>Since</dt>
          <dd>{leadership.since === null ? 'unknown' : new Date(leadership.since).toLocaleTimeString()}</dd>
        </div>
        <div className="wide">
          <dt>State</dt>
          <dd>{path}</dd>
        </div>
      </dl>
      <TabCounts />
      <EventCounts recording={recording} lastEventId={lastEventId} />
      <LeaderFaults />
      <button type="button" onClick={leave}>
        Close this tab
      </button>
    </section>
  );
}
