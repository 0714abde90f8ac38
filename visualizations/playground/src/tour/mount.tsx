import { createRoot } from 'react-dom/client';
import { Tour } from './Tour.tsx';

export function mountTour(element: HTMLElement): void {
  createRoot(element).render(<Tour />);
}
