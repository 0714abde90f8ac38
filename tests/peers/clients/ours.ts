import { EventSource } from '../../../event-source/index.ts';
import { type ConnectionOptions, createConnection, eventSourceTransport } from '../../../index.ts';
import { acrossTabs } from '../../../tabs/index.ts';
import type { Open } from '../client.ts';
import type { Row } from '../rows.ts';

const options: Partial<Record<Row, () => ConnectionOptions>> = {
  silence: () => ({ idleTimeout: 2_000 }),
  tabs: () => ({ transport: acrossTabs({ scope: 'public' }) }),
  eventStreamTab: () => ({ transport: eventSourceTransport }),
  preflight: () => ({ lastEventIdHeader: false, lastEventIdParam: 'lastEventId' }),
};

export const open: Open = ({ url, headers, body, row, withOption }, app) => {
  const connection = createConnection(url, {
    ...(headers && { headers }),
    ...(body && { method: 'POST', body }),
    ...(withOption && options[row]?.()),
  });
  connection.on('*', ({ event, data }) => app.heard(event, JSON.stringify(data)));
  connection.subscribe(({ error }) => error && app.failed(error.status));
};

/** Of `sse-machine/event-source`: the option of the row about the interface. */
export const newSource = (url: string, withOption: boolean) => (withOption ? new EventSource(url) : {});
