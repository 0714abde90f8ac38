import { EventSource } from '../../../event-source/index.ts';
import { facts } from '../../event-source/facts.ts';

/** A fact to observe, by its place in the list. */
export interface Order {
  readonly index: number;
  readonly origin: string;
}

const isShared = 'onconnect' in globalThis;

async function answer(port: Pick<MessagePort, 'postMessage'>, { index, origin }: Order): Promise<void> {
  const place = isShared ? 'shared worker' : 'worker';
  try {
    port.postMessage({ seen: await facts[index]?.observe({ place, origin, Source: EventSource }) });
  } catch (error) {
    port.postMessage({ seen: String(error) });
  }
}

globalThis.addEventListener('message', ({ data }) => answer(globalThis as never, data));
globalThis.addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  port?.addEventListener('message', ({ data }) => answer(port, data));
  port?.start();
});
