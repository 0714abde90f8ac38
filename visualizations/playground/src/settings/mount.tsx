import { createRoot } from 'react-dom/client';
import { SettingsForm } from './SettingsForm.tsx';

export function mountSettings(element: HTMLElement): void {
  createRoot(element).render(<SettingsForm />);
}
