import { useSelector } from '@xstate/react';
import type { KeyboardEvent } from 'react';
import { Overview } from '../fault-console/Overview.tsx';
import { Steps } from './Steps.tsx';
import { scenarios } from './scenarios.ts';
import { readingTime, stepOf, tour } from './tour-machine.ts';

/** Chooses a scenario and plays it. */
export function Tour() {
  const snapshot = useSelector(tour, (all) => all);
  const { scenario, step, verdicts, paused, excuse } = snapshot.context;
  const isPlaying = snapshot.matches('playing');
  const isOver = snapshot.matches('finished');
  const phase = phaseOf(snapshot);
  const runs = isPlaying && !paused;

  function press({ key }: KeyboardEvent): void {
    if (key === 'Escape') tour.send({ type: 'stop' });
  }

  return (
    <section className="tour" aria-labelledby="tour-title" data-phase={phase} onKeyDown={press}>
      <header className="tour-head">
        <h2 id="tour-title">Guided tour</h2>
        <label>
          <span className="unseen">Scenario</span>
          <select
            value={scenario.id}
            onChange={({ target }) => tour.send({ type: 'choose', id: target.value })}
          >
            {scenarios.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <div className="tour-controls">
          <button
            type="button"
            className="chief"
            onClick={() => tour.send({ type: runs ? 'pause' : 'play' })}
          >
            {runs ? 'Pause' : 'Play'}
          </button>
          <button
            type="button"
            disabled={!snapshot.can({ type: 'next' })}
            onClick={() => tour.send({ type: 'next' })}
          >
            {isOver ? 'Next scenario' : 'Next'}
          </button>
          <button type="button" disabled={!isPlaying} onClick={() => tour.send({ type: 'stop' })}>
            Stop
          </button>
        </div>
      </header>
      {phase === 'stopped' ? (
        <p className="tour-hint">
          {excuse ||
            'Short stories, each of one rule of the statechart. The tour breaks the server for you, says what to look at, and checks that it came so.'}
        </p>
      ) : (
        <>
          <Overview />
          <p className="tour-guards">
            Decided by{' '}
            {scenario.guards.map((guard) => (
              <code key={guard}>{guard}</code>
            ))}
          </p>
          <Steps
            steps={scenario.steps}
            current={phase === 'preparing' ? -1 : step}
            verdicts={verdicts}
            acting={phase === 'acting'}
          />
          {phase === 'telling' && !paused && (
            <span className="wait" aria-hidden="true" key={step}>
              <i style={{ animationDuration: `${readingTime(stepOf(snapshot.context))}ms` }} />
            </span>
          )}
        </>
      )}
      <p className="unseen" role="status">
        {narration(phase, snapshot.context)}
      </p>
    </section>
  );
}

type Snapshot = ReturnType<typeof tour.getSnapshot>;
type Phase = 'stopped' | 'preparing' | 'telling' | 'acting' | 'judged' | 'finished';

function phaseOf(snapshot: Snapshot): Phase {
  const { value } = snapshot;
  if (typeof value === 'string') return value;
  return value.playing === 'done' ? 'finished' : value.playing;
}

/** The text for a screen reader: a step when it is told, and what came of it. */
function narration(phase: Phase, context: Snapshot['context']): string {
  const { scenario, step, verdicts } = context;
  const verdict = verdicts[step];
  switch (phase) {
    case 'stopped':
      return context.excuse;
    case 'preparing':
      return `${scenario.title}. Both connections are made anew.`;
    case 'telling':
    case 'acting':
      return `Step ${step + 1} of ${scenario.steps.length}. ${stepOf(context).says} ${stepOf(context).look}`;
    case 'judged':
      return verdict?.asExpected ? 'As expected.' : `Not as expected. ${verdict?.instead}`;
    case 'finished':
      return `${scenario.title}: the end. Everything is as it was before.`;
  }
}
