import type { Open } from '../../clients/client.ts';

export const open: Open = ({ url, event, receive }) => {
  new EventSource(url).addEventListener(event, ({ data }) => receive(data));
};
