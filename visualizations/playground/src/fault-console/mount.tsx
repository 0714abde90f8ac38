import { createRoot } from 'react-dom/client';
import { FaultConsole } from './FaultConsole.tsx';

export function mountConsole(element: HTMLElement): void {
  createRoot(element).render(<FaultConsole />);
}
