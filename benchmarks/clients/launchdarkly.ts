import { EventSource } from 'launchdarkly-eventsource';
import type { Open } from './client.ts';

export const open: Open = ({ url, event, receive, lost }) => {
  const source = new EventSource(url);
  source.addEventListener(event, ({ data }) => receive(data));
  for (const end of ['end', 'error']) source.addEventListener(end, () => lost?.());
};
