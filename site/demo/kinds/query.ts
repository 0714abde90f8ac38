import { QueryClient, QueryObserver } from '@tanstack/query-core';
import { sseQueryOptions } from '../../../adapters/tanstack-query.ts';
import { createConnection } from '../../../index.ts';
import { createPageServer } from '../page-server.ts';
import { startDemo } from '../parts.ts';
import { quick, scenarios } from '../scenarios.ts';
import { serverActs } from '../server-acts.ts';

/** How many notifications are shown. */
const shown = 4;

/** A query that is fetched once, and changed by what the stream brings. */
export function createDemo(root: ShadowRoot): () => void {
  return startDemo(root, (parts) => {
    const { html, say, log } = parts;
    const server = createPageServer(say);
    const badge = parts.badge();
    const list = html('ol', { class: 'list', 'aria-label': 'Notifications, the newest first' });
    const facts = parts.facts('Fetched', 'By the stream');
    /** The notifications that the server has stored, the newest first. */
    let stored: readonly string[] = [];
    let [fetched, streamed] = [0, 0];

    const connection = createConnection<{ notification: string }>('/api/events', {
      ...quick,
      transport: server.transport,
      immediate: false,
      onGap: ({ reason }) => say(`A gap is announced (${reason}): the query is fetched again`),
    });
    const client = new QueryClient();
    const observer = new QueryObserver(
      client,
      sseQueryOptions({
        queryKey: ['notifications'],
        async queryFn() {
          fetched += 1;
          say('queryFn fetches the list');
          return stored;
        },
        connection,
        event: 'notification',
        update(titles, { data }) {
          streamed += 1;
          return [data, ...titles].slice(0, shown);
        },
      }),
    );

    function show(): void {
      const { status } = connection.state;
      badge.show(status);
      facts.set(fetched, streamed);
    }

    let number = 0;
    parts.every(1_000, () => {
      number += 1;
      const title = `Notification ${number}`;
      stored = [title, ...stored].slice(0, shown);
      server.send('notification', title);
    });
    parts.every(100, show);
    client.mount();
    let leave = subscribe();
    function subscribe(): () => void {
      return observer.subscribe(({ data = [] }) => {
        list.replaceChildren(...data.map((title) => html('li', {}, title)));
      });
    }
    parts.onEnd(() => {
      leave();
      client.unmount();
      connection.close();
    });
    parts.show(
      'A query with a stream',
      'The list is fetched when the stream begins, and from then on the stream changes it. Cut the stream: what was missed is replayed, and nothing is fetched. After a gap the list is fetched again. Hide the component, and the stream rests.',
      parts.buttons('The server', serverActs(parts, server, [...scenarios.restart.faults, forget])),
      html(
        'div',
        { class: 'user' },
        html('p', { class: 'head' }, badge.element),
        facts.element,
        list,
        parts.buttons('The component', {
          Hide: () => {
            leave();
            list.replaceChildren();
          },
          Show: () => {
            leave();
            leave = subscribe();
          },
        }),
      ),
      log,
    );
  });
}

const forget = {
  label: 'Forget what was sent',
  answer: { kind: 'refuse', status: 410, once: true },
  streams: 'drop',
} as const;
