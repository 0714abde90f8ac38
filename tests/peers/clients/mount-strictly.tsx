import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

/** Mounts a component in Strict Mode, as an app does in development. */
export function mountStrictly(component: ReactNode): void {
  const place = document.body.appendChild(document.createElement('div'));
  createRoot(place).render(<StrictMode>{component}</StrictMode>);
}
