import { useEffect, useState } from 'react';
import { useServerSentEvents } from 'sse-machine/react';
import { statusWords } from '../../../viewer/text/labels.ts';
import type { EventData } from '../../protocol/event-data.ts';
import { explain } from '../panel/explanations.ts';
import { announce } from '../panel/panel-connections.ts';
import { createRecorder } from '../panel/recorder.ts';
import type { Settings } from '../settings/setting-fields.ts';
import { eventsUrl, keyOf, optionsOf, settings as settingsInForce } from '../settings/settings.ts';
import { EventCounts } from './EventCounts.tsx';
import { useStore, useTrail } from './hooks.ts';
import { MachineMeters } from './MachineMeters.tsx';
import { NextAttempt } from './NextAttempt.tsx';
import { StatusIcon } from './StatusIcon.tsx';
import { StatusTrail } from './StatusTrail.tsx';

/** Other settings make another connection. */
export function Panel() {
  const present = useStore(settingsInForce);
  return <ConnectionPanel key={keyOf(present)} settings={present} />;
}

const url = eventsUrl('React');

function ConnectionPanel({ settings }: { settings: Settings }) {
  const [recorder] = useState(createRecorder);
  const connection = useServerSentEvents<Record<string, EventData>>(url, {
    ...optionsOf(settings),
    onMessage: recorder.add,
    onGap: recorder.announce,
  });
  const { status, retries, retryAt, error, closeReason, lastEventId, open, close, reconnect } = connection;
  const recording = useStore(recorder);
  const trail = useTrail(status);
  const word = statusWords[status];
  useEffect(() => {
    const state = { status, retries, retryAt, error, closeReason };
    announce('React', { ...state, open, close, reconnect, settings, recorder });
  }, [status, retries, retryAt, error, closeReason, open, close, reconnect, settings, recorder]);

  return (
    <section className="panel" aria-labelledby="react-title" data-status={status}>
      <header className="panel-head">
        <h2 id="react-title">React</h2>
        <code>useServerSentEvents</code>
        <span className="badge" data-status={status}>
          <StatusIcon status={status} />
          {word}
        </span>
      </header>
      <StatusTrail trail={trail} />
      <p className="reason" role="status">
        <span className="unseen">React, {word}. </span>
        {explain(connection, settings)}
      </p>
      <NextAttempt retries={retries} maxRetries={settings.maxRetries} retryAt={retryAt} />
      <fieldset className="actions">
        <legend className="unseen">Command the connection of the React panel</legend>
        <button type="button" onClick={open}>
          Open
        </button>
        <button type="button" onClick={close}>
          Close
        </button>
        <button type="button" onClick={() => reconnect()}>
          Reconnect
        </button>
      </fieldset>
      <EventCounts recording={recording} lastEventId={lastEventId} />
      <MachineMeters recording={recording} />
      <h3>Last events</h3>
      <ol className="events">
        {recording.events.map(({ key, event, summary, seq }) => (
          <li key={key}>
            <code>{event}</code>
            <span>{summary}</span>
            <small>{seq}</small>
          </li>
        ))}
      </ol>
    </section>
  );
}
