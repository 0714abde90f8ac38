import type { FaultConsoleState } from '../../protocol/fault-api.ts';
import { seconds } from '../panel/format.ts';
import { useNow } from '../react/hooks.ts';

/** Shows the fault of the server that is in force, the time that it has left, and its cost in requests. */
export function InForce({ state, lift }: { state: FaultConsoleState | undefined; lift: () => void }) {
  const current = state?.current;
  const inForce = current?.inForce === true;

  return (
    <div className="in-force" data-in-force={inForce}>
      <p className="since">{inForce ? <Remaining endsAt={current.endsAt} /> : 'Now'}</p>
      <button type="button" onClick={lift} disabled={!inForce}>
        Lift
      </button>
      <p role="status">
        <span className="unseen">{inForce && 'In force: '}</span>
        {inForce ? current.title : state ? 'The server is well' : 'Asking the server…'}
      </p>
      <p className="since">{current ? requestsOf(state) : 'Its log goes on, whatever you do to it.'}</p>
    </div>
  );
}

function Remaining({ endsAt }: { endsAt: number | null }) {
  const now = useNow(100);
  return endsAt === null ? 'In force until you lift it' : `In force, ${seconds(endsAt - now)} left`;
}

function requestsOf({ current, requests }: FaultConsoleState): string {
  const counts = Object.entries(requests)
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([client, count]) => `${client} ${count}`);
  const since = current?.inForce ? 'Requests meanwhile' : `Requests since ‘${current?.title}’`;
  return `${since}: ${counts.join(', ') || 'none'}`;
}
