import { useStore } from '../react/hooks.ts';
import { StatusIcon } from '../react/StatusIcon.tsx';
import { connections } from '../shared/connections.ts';
import { badges } from '../shared/words.ts';

/** What the panels do, for whoever has scrolled past them. The panels themselves read it out. */
export function Overview() {
  const panels = Object.entries(useStore(connections)).sort(([one], [other]) => one.localeCompare(other));

  return (
    <p className="overview" aria-hidden="true">
      {panels.map(([panel, { status }]) => (
        <span key={panel} className="badge" data-status={status}>
          <StatusIcon path={badges[status].icon} />
          {panel}: {badges[status].word.toLowerCase()}
        </span>
      ))}
    </p>
  );
}
