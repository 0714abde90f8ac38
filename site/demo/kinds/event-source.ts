import { createEventSource, EventSource } from '../../../event-source/index.ts';
import { setText } from '../../../visualizations/viewer/panes/dom.ts';
import { createCounts } from '../counts.ts';
import { createFetchServer } from '../page-server.ts';
import { type Parts, startDemo } from '../parts.ts';
import { type Fault, scenarios } from '../scenarios.ts';
import { count, serverActs } from '../server-acts.ts';

type Source = globalThis.EventSource;

/** The names of `readyState`, each with the status whose colour it has. */
const readyStates = [
  { word: 'CONNECTING', status: 'connecting' },
  { word: 'OPEN', status: 'open' },
  { word: 'CLOSED', status: 'failed' },
] as const;

/** Away for longer than the 3 s that the browser's class waits. */
const faults: readonly Fault[] = scenarios.restart.faults.map((fault) =>
  fault.until ? { ...fault, label: 'Restart the server (5 s)', until: 5_000 } : fault,
);

/** The two classes, before one server. */
export function createDemo(root: ShadowRoot): () => void {
  return startDemo(root, (parts) => {
    const { html, say, log } = parts;
    const server = createFetchServer(say);
    const { fetch } = server;
    const Kind = createEventSource({ fetch, retryDelay: 600, maxRetries: Infinity });
    const url = new URL('/api/events', document.baseURI).href;
    count(parts, server, 'message');
    parts.show(
      'Two classes, one server',
      "Restart the server. The first class does what the browser's does: after a 503 it is closed for good. The second one comes back. (The browser's own cannot ask a server in a page.)",
      parts.buttons('The server', serverActs(parts, server, faults)),
      html(
        'div',
        { class: 'users' },
        createSource(parts, 'EventSource', () => new EventSource(url, { fetch })),
        createSource(parts, 'createEventSource()', () => new Kind(url)),
      ),
      log,
    );
  });
}

function createSource(parts: Parts, name: string, make: () => Source): HTMLElement {
  const { html, say } = parts;
  const badge = parts.badge({ role: 'status', 'aria-label': `readyState of ${name}` });
  const why = html('span', { class: 'why' });
  const facts = parts.facts('Received', 'Missed', 'Twice');
  const counts = createCounts();
  let source = begin();

  function begin(): Source {
    const made = make();
    made.onopen = () => setText(why, '');
    made.onmessage = ({ data }) => counts.take(Number(data));
    made.onerror = (event) => {
      setText(why, 'message' in event ? String(event.message) : '');
      say(`${name}: an error event, readyState ${readyStates[made.readyState]?.word}`);
    };
    return made;
  }

  function show(): void {
    const { word, status } = readyStates[source.readyState] ?? readyStates[2];
    badge.show(status, word);
    facts.set(...counts.values);
  }
  show();
  parts.every(100, show);
  parts.onEnd(() => source.close());
  return html(
    'div',
    { class: 'user', role: 'group', 'aria-label': name },
    html('p', { class: 'head' }, html('code', {}, name), badge.element, why),
    facts.element,
    parts.buttons(name, {
      'new, again': () => {
        source.close();
        source = begin();
      },
    }),
  );
}
