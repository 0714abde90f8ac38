import { createApp } from 'vue';
import Panel from './Panel.vue';

export function mountVuePanel(element: HTMLElement): void {
  createApp(Panel).mount(element);
}
