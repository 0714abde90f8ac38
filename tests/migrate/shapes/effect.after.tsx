import { createConnection } from 'sse-machine';
import { useEffect, useState } from 'react';

interface Mailboxes {
  unread: number;
}

export function Badge() {
  const [unread, setUnread] = useState(0);
  const [connected, setConnected] = useState(false);

  useEffect(() => {
    const events = createConnection<Record<string, string>>('/api/events', { parse: 'text', maxRetries: Infinity });
    events.actor.on('opened', () => setConnected(true));
    events.on('mailboxes', (event) => {
      const mailboxes = JSON.parse(event.data) as Mailboxes;
      setUnread(mailboxes.unread);
    });
    events.actor.on('failure', () => setConnected(false));
    return () => events.close();
  }, []);

  return <b>{connected ? unread : '…'}</b>;
}
