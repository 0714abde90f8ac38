import { EventSource } from '../../../event-source/index.ts';

globalThis.addEventListener('message', ({ data }) => {
  globalThis.close();
  postMessage(new EventSource(data).readyState);
});
