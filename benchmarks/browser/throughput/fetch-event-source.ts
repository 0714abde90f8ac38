import { fetchEventSource } from '@microsoft/fetch-event-source';
import type { Open } from '../../clients/client.ts';

export const open: Open = ({ url, receive }) => {
  fetchEventSource(url, { openWhenHidden: true, onmessage: ({ data }) => receive(data) });
};
