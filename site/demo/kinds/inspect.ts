import { createConnection } from '../../../index.ts';
import { inspectConnections } from '../../../visualizations/inspect/index.ts';
import { createViewer } from '../../../visualizations/viewer/viewer.ts';
import { createPageServer } from '../page-server.ts';
import { startDemo } from '../parts.ts';
import { scenarios } from '../scenarios.ts';
import { connectionActs, count, serverActs } from '../server-acts.ts';

/** The viewer of this package, on a connection that lives. */
export function createDemo(root: ShadowRoot): () => void {
  return startDemo(root, (parts) => {
    const { html, say } = parts;
    const pane = html('div', { class: 'viewer' });
    const server = createPageServer(say);
    const { faults, options } = scenarios.states;
    parts.show(
      'The viewer of this package, at work',
      'Break the server. The timeline, the facts and the sequence of events are below the chart: click on a row, and everything is shown as it was at that moment. Escape goes back to live.',
      parts.buttons('The server', serverActs(parts, server, faults)),
      pane,
    );

    const viewer = createViewer(pane);
    const inspection = inspectConnections({
      enabled: true,
      payloads: true,
      viewer: { send: viewer.receive },
    });
    count(parts, server);
    const connection = createConnection('/api/events', { ...options, transport: server.transport });
    pane.before(
      parts.buttons(
        'The connection',
        connectionActs(() => connection),
      ),
    );
    parts.onEnd(() => {
      connection.close();
      inspection.stop();
      viewer.dispose();
    });
  });
}
