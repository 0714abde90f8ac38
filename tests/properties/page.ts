import { createTestPage, type TestPage } from '../../testing/index.ts';
import type { Signal } from './steps.ts';

/** How each signal comes about. */
const verbs = {
  'network.online': 'goOnline',
  'network.offline': 'goOffline',
  'page.hidden': 'hide',
  'page.visible': 'show',
  'page.frozen': 'freeze',
  'page.resumed': 'resume',
} as const satisfies Record<Signal, keyof TestPage>;

/** A page and its network, as far as the globals of a browser tell of them. */
export class Page implements Disposable {
  readonly #page = createTestPage();

  get hidden(): boolean {
    return document.hidden;
  }

  get offline(): boolean {
    return !navigator.onLine;
  }

  signal(signal: Signal): void {
    this.#page[verbs[signal]]();
  }

  [Symbol.dispose](): void {
    this.#page.restore();
  }
}
