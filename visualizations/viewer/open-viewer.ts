import type { StatelyInspectionEvent } from '@statelyai/inspect';
import { createHistory } from './model/history.ts';
import { createViewer, type Viewer } from './viewer.ts';

/** A viewer in a window of its own. */
export interface LocalViewer {
  /** Shows a record of the inspector. Does nothing once the window is closed, or shows something else. */
  send(record: StatelyInspectionEvent): void;
  /** Closes the window. */
  close(): void;
}

/** The name of the window, by which a reloaded page finds it, and of the event by which it is handed over. */
const name = 'sse-machine-viewer';

/**
 * Opens a window with a viewer, or takes over the one of an earlier page of the app. Browsers want a click for a new
 * window, but not for an existing one.
 *
 * @returns null when the browser blocked the window.
 */
export function openViewer(opener: Window): LocalViewer | null {
  const popup = opener.open('', name, 'popup,width=1180,height=860');
  if (!popup) return null;
  const history = createHistory();
  let shown: { viewer: Viewer; document: Document } | undefined;
  let isOver = false;
  let isAway = false;

  function mount(document: Document): Viewer {
    popup?.removeEventListener(name, letGo);
    popup?.dispatchEvent(new CustomEvent(name)); // the viewer that had the window before
    popup?.addEventListener(name, letGo);
    const viewer = createViewer(pageIn(document), history);
    shown = { viewer, document };
    return viewer;
  }

  function letGo(): void {
    isOver = true;
    opener.removeEventListener('pagehide', leave);
    opener.removeEventListener('pageshow', comeBack);
    // Touches nothing else that the window may show by now.
    if (popup && shown?.document === documentOf(popup)) shown?.viewer.dispose();
  }

  /** The page is left, and with it the scripts of the viewer end, which belong to the page. */
  function leave(): void {
    isAway = true; // connections send events when a page is left, which nobody receives any more
    shown?.viewer.end();
    shown = undefined;
  }

  /** Out of the back/forward cache; the next record brings the viewer back. */
  function comeBack(): void {
    isAway = false;
  }

  opener.addEventListener('pagehide', leave);
  opener.addEventListener('pageshow', comeBack);
  const document = documentOf(popup);
  if (document) mount(document);

  return {
    send(record) {
      const current = isOver || isAway || popup.closed ? undefined : documentOf(popup);
      if (!current) return;
      // After a reload, the window is empty.
      const viewer = shown?.document === current ? shown.viewer : mount(current);
      viewer.receive(record);
    },
    close() {
      if (!isOver) popup.close();
      letGo();
    },
  };
}

/** Undefined when the window shows a page of another origin, which must not be changed. */
function documentOf(popup: Window): Document | undefined {
  try {
    return popup.document;
  } catch {
    return;
  }
}

/** Empties a document, and gives it what every page should have. */
function pageIn(document: Document): HTMLElement {
  const title = 'Connections · sse-machine';
  document.title = title;
  document.documentElement.lang = 'en';
  const { body } = document;
  const main = document.createElement('main');
  const heading = document.createElement('h1');
  heading.textContent = title;
  // By the object model, because a content security policy may forbid a style attribute.
  Object.assign(body.style, { margin: '0', colorScheme: 'light dark' });
  Object.assign(main.style, { height: '100vh' });
  Object.assign(heading.style, { position: 'absolute', clipPath: 'inset(50%)' });
  main.append(heading);
  body.replaceChildren(main);
  return main;
}
