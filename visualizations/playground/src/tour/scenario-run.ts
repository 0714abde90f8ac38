import { sendFault } from '../fault-console/fault-api.ts';
import { present } from '../panel/panel-connections.ts';
import { createPanelWatch, type PanelWatch } from '../panel/panel-watch.ts';
import type { Settings } from '../settings/setting-fields.ts';
import { keyOf, settings } from '../settings/settings.ts';
import { frames } from '../tabs/frames.ts';
import { doToLeader } from '../tabs/leader-faults.ts';
import { simulatePageEvent } from './page-events.ts';
import type { Action, Scenario, Step } from './scenario.ts';

/** The result of a step. */
export interface Verdict {
  readonly asExpected: boolean;
  /** Says what the panels are doing instead. */
  readonly instead: string;
}

/** How long a step may take, in milliseconds: on a slow machine three tabs that load at once need their time. */
const patience = 30_000;

/** Makes both connections anew as the scenario wants them, over a server that is well. */
export async function prepareScenario(
  scenario: Scenario,
  before: Settings,
  signal: AbortSignal,
): Promise<void> {
  const wanted = { ...before, ...scenario.settings };
  await sendFault({ id: null });
  signal.throwIfAborted();
  if (keyOf(wanted) !== keyOf(settings.get())) settings.set(wanted);
  for (const { status, reconnect } of present()) if (status !== 'open') reconnect();
  const watch = createPanelWatch();
  const isReady = await watch.until({ status: 'open', whole: true }, patience, signal);
  watch.stop();
  if (!isReady) throw new Error(watch.told);
}

export async function runStep({ does, expects }: Step, signal: AbortSignal): Promise<Verdict> {
  const watch = createPanelWatch();
  try {
    for (const action of does) {
      if (!signal.aborted) await act(action, watch, signal);
    }
    const asExpected = await watch.until(expects, patience, signal);
    return { asExpected, instead: asExpected ? '' : watch.told };
  } finally {
    watch.stop();
  }
}

/** Leaves everything as it was before the tour; the settings at once, because another scenario may begin. */
export async function restorePage(before: Settings): Promise<void> {
  if (keyOf(before) !== keyOf(settings.get())) settings.set(before);
  simulatePageEvent('online');
  simulatePageEvent('resume');
  frames.set(0);
  await sendFault({ id: null }).catch(() => {}); // the console says that its server is gone
  for (const { status, reconnect } of present()) if (status !== 'open') reconnect();
}

async function act(action: Action, watch: PanelWatch, signal: AbortSignal): Promise<void> {
  if ('fault' in action) await sendFault(action.fault);
  else if ('press' in action) for (const connection of present()) connection[action.press]();
  else if ('tell' in action) simulatePageEvent(action.tell);
  else if ('tabs' in action) frames.set(action.tabs);
  else if ('leader' in action) doToLeader(action.leader);
  else await watch.until(action.until, patience, signal);
}
