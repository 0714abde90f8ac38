import { fetchEventSource } from '@microsoft/fetch-event-source';
import type { Open } from './client.ts';

// The client is for pages only. These are the parts of a page that it uses.
Object.assign(globalThis, {
  window: globalThis,
  document: { hidden: false, addEventListener() {}, removeEventListener() {} },
});

export const open: Open = ({ url, receive, lost }) => {
  fetchEventSource(url, {
    openWhenHidden: true,
    onmessage: ({ data }) => receive(data),
    onerror: () => lost?.(),
  });
};
