import { mountConsole } from './console/mount.tsx';
import { mountReactPanel } from './react/mount.tsx';
import { mountVuePanel } from './vue/mount.ts';

mountReactPanel(slot('react'));
mountVuePanel(slot('vue'));
mountConsole(slot('console'));

function slot(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}.`);
  return element;
}
