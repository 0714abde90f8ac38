import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ConnectionPanel } from './ConnectionPanel.tsx';

export function mountReactPanel(element: HTMLElement): void {
  createRoot(element).render(
    <StrictMode>
      <ConnectionPanel />
    </StrictMode>,
  );
}
