import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { keyOf, settings } from '../settings/settings.ts';
import { ConnectionPanel } from './ConnectionPanel.tsx';
import { useStore } from './hooks.ts';

export function mountReactPanel(element: HTMLElement): void {
  createRoot(element).render(
    <StrictMode>
      <Panel />
    </StrictMode>,
  );
}

/** Other settings make another connection. */
function Panel() {
  const present = useStore(settings);
  return <ConnectionPanel key={keyOf(present)} settings={present} />;
}
