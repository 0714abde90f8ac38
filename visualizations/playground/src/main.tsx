import { showComplaints } from './address/address-errors.ts';
import { sendFault } from './fault-console/fault-api.ts';
import { mountConsole } from './fault-console/mount.tsx';
import { mountFleets } from './fleet/mount-fleets.ts';
import { createWatch } from './panel/panel-watch.ts';
import { mountReactPanel } from './react/Panel.tsx';
import { mountSettings } from './settings/mount.tsx';
import { asked } from './settings/settings.ts';
import { showInspection } from './show-inspection.ts';
import { mountTour } from './tour/mount.tsx';
import { tour } from './tour/tour.ts';
import { mountVuePanel } from './vue/mount.ts';

showComplaints(slot('complaints'), asked.complaints);
showInspection(slot('viewer'));
mountReactPanel(slot('react'));
mountVuePanel(slot('vue'));
mountSettings(slot('settings'));
mountTour(slot('tour'));
mountConsole(slot('console'));
const fleets = mountFleets(slot('fleets'), asked.fleet);

if (asked.tour) {
  tour.send({ type: 'choose', id: asked.tour });
  tour.send({ type: 'play' });
} else if (asked.fault) {
  const watch = createWatch();
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
