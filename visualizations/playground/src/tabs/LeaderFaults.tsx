import { useStore } from '../react/hooks.ts';
import { tabUrl } from './group.ts';
import { groupState } from './group-watch.ts';
import { doToLeader, type LeaderFault, leaderFaults } from './leader-faults.ts';

const faults = Object.entries(leaderFaults) as [LeaderFault, (typeof leaderFaults)[LeaderFault]][];

/** Opens another tab, and does something to the one that leads. */
export function LeaderFaults() {
  const { isLed } = useStore(groupState);

  return (
    <>
      <p>
        <a className="button chief" href={tabUrl} target="_blank" rel="noopener">
          Another tab
        </a>
      </p>
      <fieldset className="leader-faults">
        <legend>The tab that leads</legend>
        {faults.map(([fault, { label, explanation }]) => (
          <div key={fault}>
            <button
              type="button"
              disabled={!isLed}
              aria-describedby={`leader-${fault}`}
              onClick={() => doToLeader(fault)}
            >
              {label}
            </button>
            <p id={`leader-${fault}`}>{explanation}</p>
          </div>
        ))}
      </fieldset>
    </>
  );
}
