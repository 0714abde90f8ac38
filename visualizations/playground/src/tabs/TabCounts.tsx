import { useStore } from '../react/hooks.ts';
import { groupState } from './group-watch.ts';

/** How many tabs there are, and what they cost the server. */
export function TabCounts() {
  const { requests, streams, isLed, following } = useStore(groupState);

  return (
    <dl className="counts" aria-label="All tabs">
      <div>
        <dt>Lead</dt>
        <dd>{isLed ? 1 : 0}</dd>
      </div>
      <div>
        <dt>Follow</dt>
        <dd>{following}</dd>
      </div>
      <div>
        <dt>Streams</dt>
        <dd>{streams}</dd>
      </div>
      <div>
        <dt>Requests</dt>
        <dd>{requests}</dd>
      </div>
    </dl>
  );
}
