import { createApp } from 'vue';
import type { FleetAddress } from '../address/address.ts';
import FleetPanel from './FleetPanel.vue';

/** `arrived` resolves when every client is open for the first time; at once when none is asked for. */
export function mountFleets(element: HTMLElement, asked?: FleetAddress): { arrived: Promise<void> } {
  let onArrived = () => {};
  const arrived = new Promise<void>((resolve) => {
    onArrived = resolve;
  });
  if (!asked) onArrived();
  createApp(FleetPanel, { asked, onArrived }).mount(element);
  return { arrived };
}
