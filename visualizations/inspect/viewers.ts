import { askForWindow } from './ask-for-window.ts';
import type { Backlog } from './backlog.ts';
import type { InspectionSettings } from './options.ts';

/** Shows the records in Stately's inspector, or in another page that calls `createBrowserReceiver()`. */
export async function openStately(
  { url, iframe }: Pick<InspectionSettings, 'url' | 'iframe'>,
  backlog: Backlog,
  signal: AbortSignal,
): Promise<void> {
  const { createBrowserInspector } = await statelysPackage();
  if (signal.aborted) return;
  const { adapter } = createBrowserInspector({
    url,
    ...(iframe && { iframe }),
    autoStart: false,
    // The records are already plain data, and the serializer of the adapter cuts objects after ten keys.
    serialize: (record) => record,
    // The backlog decides what to keep; the adapter would drop the actors first.
    maxDeferredEvents: 0,
  });
  adapter.start();

  window.addEventListener(
    'message',
    ({ data, source }) => {
      if (Object(data).type !== '@statelyai.connected') return;
      // A frame has a window before it has loaded, which the adapter waits for.
      if (iframe && source === iframe.contentWindow) adapter.targetWindow = iframe.contentWindow;
      // Also called when the viewer is reloaded.
      if (source && source === adapter.targetWindow) backlog.attach((record) => adapter.send(record));
    },
    { signal },
  );
  signal.addEventListener('abort', () => {
    adapter.stop();
    adapter.targetWindow = null; // otherwise it would still answer a viewer that is reloaded
  });
  if (iframe || adapter.targetWindow) return;
  askForWindow(() => {
    adapter.targetWindow = window.open(String(adapter.options.url), 'xstateinspector');
    return adapter.targetWindow !== null;
  }, signal);
}

type StatelysPackage = typeof import('@statelyai/inspect');

/**
 * In a `try`, because only then do webpack and Rspack take the package as optional, and do not fail where it is not
 * installed.
 */
async function statelysPackage() {
  try {
    const module: StatelysPackage & { default?: StatelysPackage } = await import('@statelyai/inspect');
    return module.default ?? module; // 0.4 is CommonJS, which an ES module is given as the default
  } catch (cause) {
    throw new Error('To inspect connections, install @statelyai/inspect, or ask for the viewer `local`.', {
      cause,
    });
  }
}

/** Shows the records in the viewer of this package. */
export async function openLocal(backlog: Backlog, signal: AbortSignal): Promise<void> {
  const { openViewer } = await import('../viewer/open-viewer.ts');
  if (signal.aborted) return;

  function open(): boolean {
    const viewer = openViewer(window);
    if (!viewer) return false;
    backlog.attach((record) => viewer.send(record));
    signal.addEventListener('abort', () => viewer.close());
    return true;
  }
  if (!open()) askForWindow(open, signal);
}
