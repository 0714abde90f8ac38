import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createApp } from 'vue';
import { showAddressErrors } from './address/address-errors.ts';
import { FaultConsole } from './fault-console/FaultConsole.tsx';
import { sendFault } from './fault-console/fault-api.ts';
import { mountFleets } from './fleet/mount-fleets.ts';
import { createPanelWatch } from './panel/panel-watch.ts';
import { Panel as ReactPanel } from './react/Panel.tsx';
import { SettingsForm } from './settings/SettingsForm.tsx';
import { asked } from './settings/settings.ts';
import { showInspection } from './show-inspection.ts';
import { watchGroup } from './tabs/group-watch.ts';
import { Tabs } from './tabs/Tabs.tsx';
import { Tour } from './tour/Tour.tsx';
import { tour } from './tour/tour-machine.ts';
import VuePanel from './vue/Panel.vue';

showAddressErrors(slot('address-errors'), asked.errors);
showInspection(slot('viewer'));
createRoot(slot('react')).render(
  <StrictMode>
    <ReactPanel />
  </StrictMode>,
);
createApp(VuePanel).mount(slot('vue'));
createRoot(slot('settings')).render(<SettingsForm />);
createRoot(slot('tour')).render(<Tour />);
createRoot(slot('console')).render(<FaultConsole />);
createRoot(slot('tabs')).render(<Tabs />);
watchGroup();
const fleets = mountFleets(slot('fleets'), asked.fleet);

if (asked.tour) {
  tour.send({ type: 'choose', id: asked.tour });
  tour.send({ type: 'play' });
} else if (asked.fault) {
  const watch = createPanelWatch();
  const isWell = watch.until({ status: 'open', whole: true }, 60_000);
  await fleets.arrived;
  if (await isWell) await sendFault(asked.fault);
  watch.stop();
}

function slot(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}.`);
  return element;
}
