import { keyOf, settings } from '../settings/settings.ts';
import { ConnectionPanel } from './ConnectionPanel.tsx';
import { useStore } from './hooks.ts';

/** Other settings make another connection. */
export function Panel() {
  const present = useStore(settings);
  return <ConnectionPanel key={keyOf(present)} settings={present} />;
}
