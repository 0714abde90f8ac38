import type { Signal } from './steps.ts';

/** A page and its network, as far as the globals of a browser tell of them. */
export class Page {
  hidden = false;
  offline = false;
  #window = new EventTarget();

  /** What a browser has under the names of its globals. */
  get globals() {
    const isHidden = () => this.hidden;
    const isOffline = () => this.offline;
    return {
      addEventListener: this.#window.addEventListener.bind(this.#window),
      document: {
        get visibilityState() {
          return isHidden() ? 'hidden' : 'visible';
        },
      },
      navigator: {
        get onLine() {
          return !isOffline();
        },
      },
    };
  }

  signal(signal: Signal): void {
    const names: Record<Signal, string> = {
      'network.online': 'online',
      'network.offline': 'offline',
      'page.hidden': 'visibilitychange',
      'page.visible': 'visibilitychange',
      'page.frozen': 'freeze',
      'page.resumed': 'resume',
    };
    if (signal.startsWith('network')) this.offline = signal === 'network.offline';
    if (names[signal] === 'visibilitychange') this.hidden = signal === 'page.hidden';
    this.#window.dispatchEvent(new Event(names[signal]));
    // A page in the back/forward cache hears both.
    const transition: Partial<Record<Signal, string>> = {
      'page.frozen': 'pagehide',
      'page.resumed': 'pageshow',
    };
    const name = transition[signal];
    if (name) this.#window.dispatchEvent(Object.assign(new Event(name), { persisted: true }));
  }
}
