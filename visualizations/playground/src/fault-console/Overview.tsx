import { statusWords } from '../../../viewer/text/labels.ts';
import { connections } from '../panel/panel-connections.ts';
import { useStore } from '../react/hooks.ts';
import { StatusIcon } from '../react/StatusIcon.tsx';

/** The status of each panel, for whoever has scrolled past them. The panels themselves read it out. */
export function Overview() {
  const panels = Object.entries(useStore(connections)).sort(([one], [other]) => one.localeCompare(other));

  return (
    <p className="overview" aria-hidden="true">
      {panels.map(([panel, { status }]) => (
        <span key={panel} className="badge" data-status={status}>
          <StatusIcon status={status} />
          {panel}: {statusWords[status].toLowerCase()}
        </span>
      ))}
    </p>
  );
}
