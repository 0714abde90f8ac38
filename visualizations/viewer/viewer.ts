import type { StatelyInspectionEvent } from '@statelyai/inspect';
import { createHistory, type History } from './model/history.ts';
import { createSelection } from './model/selection.ts';
import { createAnnouncer } from './panes/announcer.ts';
import { createChartPane } from './panes/chart-pane.ts';
import { createDom } from './panes/dom.ts';
import { createFactsPane } from './panes/facts-pane.ts';
import { createSequencePane } from './panes/sequence-pane.ts';
import { staticReport } from './panes/static-report.ts';
import { createTabsPane } from './panes/tabs-pane.ts';
import { createTimelinePane } from './panes/timeline-pane.ts';
import { createToolbar } from './panes/toolbar.ts';
import { viewerStyle } from './style.ts';

/** Shows the connections of an app: what they are doing, and what they did. */
export interface Viewer {
  /** Takes a record of the inspector. Anything else, and records of other actors, are ignored. */
  receive(record: StatelyInspectionEvent): void;
  /** No more records come, and the scripts of the page end: leaves a report that needs no scripts. */
  end(): void;
  /** Empties the element and lets go of everything. */
  dispose(): void;
}

/** How many times longer than it draws the viewer rests, to leave time for its page under load. */
const share = 3;

/** The longest rest, in milliseconds, so that a click is always answered. */
const longestRest = 500;

/** How often moving parts are drawn, in milliseconds; less often for users who prefer reduced motion. */
const pace = { moving: 100, calm: 1_000 };

/**
 * Fills an element with a viewer. It needs no framework, and shares no style with the page around it.
 *
 * @param root May belong to the document of another window of this origin.
 * @param history Goes on with what another viewer has received.
 */
export function createViewer(root: HTMLElement | ShadowRoot, history: History = createHistory()): Viewer {
  const dom = createDom(root.ownerDocument);
  const { html, view } = dom;
  const selection = createSelection(history, Date.now);
  const toolbar = createToolbar(dom, selection, changed);
  const chart = createChartPane(dom);
  const timeline = createTimelinePane(dom, selection, changed);
  const facts = createFactsPane(dom);
  const tabs = createTabsPane(dom);
  const sequence = createSequencePane(dom, selection, changed);
  const announcer = createAnnouncer(dom);
  const panes = [toolbar, chart, timeline, facts, tabs, sequence, announcer];
  const viewer = html(
    'div',
    { class: 'viewer' },
    toolbar.element,
    html('div', { class: 'main' }, chart.element, timeline.element),
    html('div', { class: 'side' }, facts.element, tabs.element, sequence.element),
    announcer.element,
  );
  const host = html('div');
  const calm = view.matchMedia('(prefers-reduced-motion: reduce)');
  let frame: number | undefined;
  let timer: number | undefined;
  /** Not to be drawn before this time of `performance.now()`. */
  let rest = 0;
  let isOver = false;

  /** Requests the next frame: all changes until then are drawn with it. */
  function changed(): void {
    if (isOver) return;
    frame ??= view.requestAnimationFrame(render);
  }

  function render(): void {
    frame = undefined;
    view.clearTimeout(timer);
    const begin = performance.now();
    if (begin < rest) {
      timer = view.setTimeout(changed, rest - begin);
      return;
    }
    const scene = selection.scene(Date.now());
    for (const pane of panes) pane.render(scene);
    const end = performance.now();
    rest = end + Math.min(longestRest, share * (end - begin));
    const isStill = scene.connection === undefined || (scene.isLive && scene.moment?.isLast);
    if (!isStill) timer = view.setTimeout(changed, calm.matches ? pace.calm : pace.moving);
  }

  function stop(): void {
    isOver = true;
    if (frame !== undefined) view.cancelAnimationFrame(frame);
    view.clearTimeout(timer);
  }

  viewer.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape') return;
    selection.goLive();
    changed();
  });

  const shadow = host.attachShadow({ mode: 'open' });
  // No style element and no style attribute: a content security policy may forbid both.
  const sheet = new view.CSSStyleSheet();
  sheet.replaceSync(viewerStyle);
  shadow.adoptedStyleSheets = [sheet];
  shadow.append(viewer);
  root.append(host);
  changed();

  return {
    receive(record) {
      const { version } = history;
      history.receive(record);
      if (history.version !== version) changed();
    },
    end() {
      stop();
      viewer.replaceChildren(staticReport(dom, history.connections.values(), Date.now()));
    },
    dispose() {
      stop();
      host.remove();
    },
  };
}
