import { gapWords } from '../panel/explanations.ts';
import type { Recording } from '../panel/recorder.ts';

export function EventCounts({ recording, lastEventId }: { recording: Recording; lastEventId: string }) {
  const { received, missed, duplicate, replayed, gap } = recording;

  return (
    <dl className="counts">
      <div>
        <dt>Received</dt>
        <dd>{received}</dd>
      </div>
      <div className={missed === 0 ? 'good' : 'bad'}>
        <dt>Missed</dt>
        <dd>{missed}</dd>
      </div>
      <div className={duplicate === 0 ? 'good' : 'bad'}>
        <dt>Duplicate</dt>
        <dd>{duplicate}</dd>
      </div>
      <div>
        <dt>From the log</dt>
        <dd>{replayed}</dd>
      </div>
      <div className="wide">
        <dt>Last event ID</dt>
        <dd>{lastEventId || 'none yet'}</dd>
      </div>
      <div className="wide">
        <dt>Gap announced</dt>
        <dd>{gapWords(gap)}</dd>
      </div>
    </dl>
  );
}
