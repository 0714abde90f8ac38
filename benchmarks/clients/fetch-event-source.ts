import { fetchEventSource } from '@microsoft/fetch-event-source';
import type { Open } from './client.ts';

// Written for pages only. What it touches of one, and nothing more.
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
