import { type Step, stretches } from '../panel/status-trail.ts';
import { useNow } from './hooks.ts';

/** The last minute as a tape, and the last changes as words. */
export function StatusTrail({ trail }: { trail: readonly Step[] }) {
  const now = useNow(500);

  return (
    <div className="trail">
      <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
        {stretches(trail, now).map(({ status, from, length }) => (
          <rect key={`${status} ${from}`} data-status={status} x={from} width={length} height="1" />
        ))}
      </svg>
      <div className="trail-words">
        <small aria-hidden="true">last minute</small>
        <ol aria-label="The last changes">
          {trail.slice(-5).map(({ status, since }) => (
            <li key={since}>{status}</li>
          ))}
        </ol>
      </div>
    </div>
  );
}
