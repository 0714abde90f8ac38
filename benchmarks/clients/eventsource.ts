import { EventSource } from 'eventsource';
import type { Open } from './client.ts';

export const open: Open = ({ url, event, receive, lost }) => {
  const source = new EventSource(url);
  source.addEventListener(event, ({ data }) => receive(data));
  source.addEventListener('error', () => lost?.());
};
