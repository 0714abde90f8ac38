import { useEffect, useState } from 'react';
import { useServerSentEvents } from 'sse-machine/react';
import { announce } from '../shared/board.ts';
import type { Payload } from '../shared/payload.ts';
import { createRecorder } from '../shared/recorder.ts';
import { eventsUrl, settings } from '../shared/settings.ts';
import { badges, explain } from '../shared/words.ts';
import { EventCounts } from './EventCounts.tsx';
import { useStore, useTrail } from './hooks.ts';
import { MachineMeters } from './MachineMeters.tsx';
import { NextAttempt } from './NextAttempt.tsx';
import { StatusIcon } from './StatusIcon.tsx';
import { StatusTrail } from './StatusTrail.tsx';

const url = eventsUrl('React');

export function ConnectionPanel() {
  const [recorder] = useState(createRecorder);
  const connection = useServerSentEvents<Payload>(url, { ...settings, onMessage: recorder.add });
  const { status, retries, retryAt, lastEventId } = connection;
  const recording = useStore(recorder);
  const trail = useTrail(status);
  const { word, icon } = badges[status];
  useEffect(() => announce('React', status), [status]);

  return (
    <section className="panel" aria-labelledby="react-title" data-status={status}>
      <header className="panel-head">
        <h2 id="react-title">React</h2>
        <code>useServerSentEvents</code>
        <span className="badge" data-status={status}>
          <StatusIcon path={icon} />
          {word}
        </span>
      </header>
      <StatusTrail trail={trail} />
      <p className="reason" role="status">
        <span className="unseen">React, {word}. </span>
        {explain(connection)}
      </p>
      <NextAttempt retries={retries} retryAt={retryAt} />
      <fieldset className="actions">
        <legend className="unseen">Command the connection of the React panel</legend>
        <button type="button" onClick={connection.open}>
          Open
        </button>
        <button type="button" onClick={connection.close}>
          Close
        </button>
        <button type="button" onClick={connection.reconnect}>
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
