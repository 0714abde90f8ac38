import { createApp } from 'vue';
import ConnectionPanel from './ConnectionPanel.vue';

export function mountVuePanel(element: HTMLElement): void {
  createApp(ConnectionPanel).mount(element);
}
