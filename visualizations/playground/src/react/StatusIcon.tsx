import type { ConnectionStatus } from 'sse-machine';
import { statusShapes } from '../../../viewer/panes/status-icon.ts';

export function StatusIcon({ status }: { status: ConnectionStatus }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={statusShapes[status]} />
    </svg>
  );
}
