import { toNode } from '../../../visualizations/chart/element.ts';
import { picture } from '../../../visualizations/chart/picture.ts';
import { tabsChart } from '../../../visualizations/diagrams/tabs-chart.ts';
import { setText } from '../../../visualizations/viewer/panes/dom.ts';
import { tabWords } from '../../../visualizations/viewer/text/tab-words.ts';
import { centre } from '../centre.ts';
import { createCounts } from '../counts.ts';
import { createPageServer, type TransportServer } from '../page-server.ts';
import { type Parts, startDemo } from '../parts.ts';
import { count } from '../server-acts.ts';
import type { openTab, SeenTab } from './tab.ts';

/** How long a tab is frozen, in milliseconds. */
const frozenFor = 6_000;

/** A frame of the page, which a browser takes for a tab: it has locks and channels of its own. */
interface FramedTab {
  readonly name: string;
  readonly card: HTMLElement;
  seen(): SeenTab;
  freeze(): void;
  close(): void;
}

/** Three frames share one stream through `acrossTabs`. */
export function createDemo(root: ShadowRoot): () => void {
  return startDemo(root, (parts) => {
    const { html, say, log } = parts;
    const group = `demo-${Math.random()}`; // of this page alone: another one has a server of its own
    const server = createPageServer(say);
    const facts = parts.facts('Tabs', 'Requests so far', 'Streams open');
    const chart = createTabsChart(parts);
    const cards = html('div', { class: 'users' });
    const tabs = new Set<FramedTab>();
    const apart = html('p', { class: 'apart', role: 'status' });
    let opened = 0;

    function open(): void {
      opened += 1;
      const tab = createFramedTab(parts, { name: `Tab ${opened}`, group, server, onChange: show, close });
      tabs.add(tab);
      cards.append(tab.card);
      show();
    }

    function close(tab: FramedTab): void {
      tabs.delete(tab);
      tab.close();
      show();
    }

    function toLeader(act: (leader: FramedTab) => void): void {
      const leader = [...tabs].find((tab) => tab.seen().leader === 'this tab');
      if (leader) act(leader);
      else say('No tab leads at this moment');
    }

    function show(): void {
      const paths = [...tabs].map((tab) => tab.seen().path);
      chart.light(paths);
      facts.set(tabs.size, server.requests.length, server.openStreams);
      const isApart = paths.length > 0 && paths.every((path) => path === 'alone');
      setText(
        apart,
        isApart
          ? 'This browser gives this page no locks or no channels, as to one that is opened from a file. So each tab has a stream of its own. Over HTTPS or on localhost they share one.'
          : '',
      );
    }

    count(parts, server);
    parts.every(200, show);
    parts.onEnd(() => {
      for (const tab of tabs) tab.close();
    });
    parts.show(
      'Three tabs, one request',
      'Each frame is a tab, as far as the browser is concerned. Close the tab that leads, or freeze it: another one opens the stream after the last event, and "missed" and "twice" stay 0.',
      parts.buttons('The tabs', {
        'Close the tab that leads': () =>
          toLeader((tab) => {
            say(`${tab.name} is closed`);
            close(tab);
          }),
        [`Freeze it for ${frozenFor / 1_000} s`]: () => toLeader((tab) => tab.freeze()),
        'Another tab': open,
        'Cut the stream': () => {
          say('The stream is cut');
          server.drop();
        },
      }),
      facts.element,
      apart,
      cards,
      html('div', { class: 'below' }, chart.element, log),
    );
    for (let tab = 0; tab < 3; tab += 1) open();
  });
}

interface FrameOptions {
  readonly name: string;
  readonly group: string;
  readonly server: TransportServer;
  readonly onChange: () => void;
  readonly close: (tab: FramedTab) => void;
}

function createFramedTab(parts: Parts, { name, group, server, onChange, close }: FrameOptions): FramedTab {
  const { html, say } = parts;
  const badge = parts.badge({});
  const role = html('span', { class: 'role' });
  const facts = parts.facts('Received', 'Missed', 'Twice');
  const counts = createCounts();
  const gone = new AbortController();
  let seen: SeenTab = { leader: 'none', path: 'joining', status: 'connecting' };

  const frame = html('iframe', { title: name, hidden: true });
  frame.srcdoc = `<!doctype html><html lang="en"><title>${name}</title><script src="${scriptOf('tab')}"></script>`;
  frame.addEventListener('load', () => {
    const { sseDemos } = frame.contentWindow as TabWindow;
    sseDemos?.tab.openTab({
      group,
      transport: transportUntil(server, gone.signal),
      onMessage: ({ data }) => counts.take(Number(data)),
      onChange(now) {
        if (now.path !== seen.path && now.leader === 'this tab' && seen.leader !== 'this tab')
          say(`${name} leads`);
        seen = now;
        onChange();
        show();
      },
    });
  });

  function show(): void {
    badge.show(seen.status);
    setText(role, tabWords(seen.path));
    facts.set(...counts.values);
  }
  show();
  parts.every(200, show);

  const tab: FramedTab = {
    name,
    card: html(
      'div',
      { class: 'user', role: 'group', 'aria-label': name },
      html('p', { class: 'head' }, badge.element, html('span', {}, html('b', {}, name), ' ', role)),
      facts.element,
      parts.buttons(name, { [`Close ${name}`]: () => close(tab) }),
      frame,
    ),
    seen: () => seen,
    freeze() {
      // No page can freeze itself: it is told what a browser would tell it.
      const { contentDocument } = frame;
      say(`${name} is frozen`);
      contentDocument?.dispatchEvent(new Event('freeze'));
      parts.later(frozenFor, () => {
        if (gone.signal.aborted) return;
        say(`${name} is back`);
        contentDocument?.dispatchEvent(new Event('resume'));
      });
    },
    close() {
      tab.card.remove();
      gone.abort(); // what a network does when a page goes
    },
  };
  return tab;
}

type TabWindow = Window & { readonly sseDemos?: { readonly tab: { readonly openTab: typeof openTab } } };

/** A request ends with the page that has sent it. */
function transportUntil(server: TransportServer, gone: AbortSignal): TransportServer['transport'] {
  return (options) => {
    const transport = server.transport(options);
    const ending: typeof transport = (request, signal) => transport(request, AbortSignal.any([signal, gone]));
    return Object.assign(ending, transport);
  };
}

/** The statechart of tabs, with the states lit in which any tab is. */
function createTabsChart({ document, html }: Parts) {
  const drawing = toNode(picture([], tabsChart), document);
  const states = [...drawing.querySelectorAll<SVGElement>('.state')];
  const element = html(
    'div',
    { class: 'drawing tabs', role: 'region', 'aria-label': 'The statechart of tabs', tabindex: 0 },
    drawing,
  );
  let lit = '';
  return {
    element,
    light(paths: readonly string[]): void {
      if (lit === paths.join()) return;
      lit = paths.join();
      for (const state of states) {
        const path = state.dataset['state'] ?? '';
        const isActive = paths.some((one) => one === path || one.startsWith(`${path}.`));
        state.classList.toggle('active', path !== '' && isActive);
      }
      centre(
        element,
        states.filter(({ dataset }) => paths.includes(dataset['state'] ?? '')),
      );
    },
  };
}

/** Another script of the demos, as an address. */
function scriptOf(kind: string): string {
  const own = [...document.scripts].find(({ src }) => src.endsWith('/demos/tabs.js'));
  return new URL(`${kind}.js`, own?.src).href;
}
