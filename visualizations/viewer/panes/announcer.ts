import type { Moment } from '../model/moment.ts';
import { statusOf } from '../model/state-value.ts';
import { statusWords } from '../text/labels.ts';
import { detailOf } from '../text/moment-details.ts';
import type { Dom, Pane } from './dom.ts';

/** At most one announcement in this time, in milliseconds: a screen reader cannot keep up with a storm. */
const pace = 2_000;

/** Tells a screen reader when the status changes, but nothing of the messages. */
export function createAnnouncer({ html }: Dom): Pane {
  const element = html('p', { role: 'status', class: 'unseen' });
  let said: { sessionId: string; status: string; at: number } | undefined;

  return {
    element,
    render({ connection, moment, isLive, now }) {
      if (!connection || !moment || !isLive) return;
      const { sessionId, name, moments } = connection;
      if (said?.sessionId === sessionId && said.status === moment.status) return;
      if (said && now - said.at < pace) return;
      said = { sessionId, status: moment.status, at: now };
      const change = moments.findLast(isNewStatus);
      const detail = change?.status === moment.status ? detailOf(change) : '';
      element.textContent = `${name}: ${statusWords[moment.status]}${detail === '' ? '' : `, ${detail}`}`;
    },
  };
}

function isNewStatus({ from, status }: Moment): boolean {
  return from === null || statusOf(from) !== status;
}
